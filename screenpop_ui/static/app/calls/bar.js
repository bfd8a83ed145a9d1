/** Above the list: the day, the filters, and the search for a person or a number. */
import { html, signal, useEffect, useId, useState } from '../lib.js';
import { findCustomers } from '../api.js';
import { ascii } from '../fmt.js';
import { hello } from '../live.js';
import { fmt, t } from '../prefs.js';
import { Icon, Name, Phone, Popover } from '../ui.js';
import { MonthGrid } from '../monthgrid.js';
import { names, queueTitle } from '../names.js';
import { OUTCOMES, looksLikeNumber } from './filters.js';
import { choose, filters, people, todayNumber } from './model.js';
import { outcomeText } from './words.js';

const DAY_MS = 86_400_000;

function Day() {
  const [open, setOpen] = useState(false);
  if (!hello.value) return html`<div class="days-of"><span class="btn skeleton"></span></div>`;
  const { day } = filters.value;
  const today = todayNumber();
  const at = day === null || day === 'any' ? today : day;
  const go = (to) => { setOpen(false); choose({ day: to === today ? null : to }); };
  return html`<div class="days-of" role="group" aria-label=${t('calls.day')}>
    <button class="btn i" aria-label=${t('calls.prevday')} title=${t('calls.prevday')} disabled=${day === 'any'} onClick=${() => go(at - 1)}><${Icon} name="chevron" cls="back" /></button>
    <div class="holder"><button class="btn day" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="clock" />
        <b>${day === 'any' ? t('calls.anyday') : fmt.value.fullDate((at + 0.5) * DAY_MS)}</b><${Icon} name="down" cls="small" /></button>
      <${Popover} open=${open} onClose=${() => setOpen(false)} label=${t('calls.day')} cls="calendar">
        <${MonthGrid} day=${at} to=${today} onPick=${go} />
        <div class="bar"><button class="btn s" onClick=${() => go(today)}>${t('calls.today')}</button><button class="btn s" onClick=${() => { setOpen(false); choose({ day: 'any' }); }}>${t('calls.anyday')}</button></div>
      <//></div>
    <button class="btn i" aria-label=${t('calls.nextday')} title=${t('calls.nextday')} disabled=${day === 'any' || at >= today} onClick=${() => go(at + 1)}><${Icon} name="chevron" cls="mir" /></button>
  </div>`;
}

function Choice({ name, every, options }) {
  const value = filters.value[name];
  const known = options.some(([id]) => id === value);
  return html`<label class="choice ${value ? 'on' : ''}"><span class="sr">${t(`calls.${name}`)}</span>
    <select value=${value} onChange=${(event) => choose({ [name]: event.currentTarget.value })}>
      <option value="">${t(every)}</option>${!known && value && html`<option value=${value}>${value}</option>`}
      ${options.map(([id, text]) => html`<option key=${id} value=${id}>${text}</option>`)}</select><${Icon} name="down" cls="small" /></label>`;
}

const found = signal(/** @type {any[] | null} */ (null));
const failed = signal(false);

/** A number is looked for as it is typed; a name is chosen from the customers that have it. */
function Person() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const number = looksLikeNumber(ascii(text));
  const close = () => { setText(''); found.value = null; };
  useEffect(() => {
    const words = ascii(text.trim());
    found.value = null;
    if (words.length < 2) return undefined;
    let late = false;
    const timer = setTimeout(async () => {
      const answer = await findCustomers(words, 6);
      if (late) return;
      failed.value = !answer.ok;
      found.value = answer.items;
      setAt(0);
    }, 200);
    return () => { late = true; clearTimeout(timer); };
  }, [text]);
  const list = found.value ?? [];
  const pick = (one) => { close(); people.value = { ...people.peek(), [one.id]: one }; choose({ customer: String(one.id), number: '', day: 'any' }); };
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step && list.length) {
      event.preventDefault();
      setAt((at + step + list.length) % list.length);
    } else if (event.code === 'Enter') {
      event.preventDefault();
      if (number) { choose({ number: ascii(text).replace(/[^\d+]/g, ''), customer: '', day: 'any' }); close(); } else if (list[at]) pick(list[at]);
    } else if (event.code === 'Escape') close();
  };
  return html`<div class="dial"><${Icon} name="find" />
    <input type="search" dir="auto" autocomplete="off" spellcheck=${false} role="combobox" aria-label=${t('search.label')} placeholder=${t('search.label')} value=${text}
      aria-expanded=${found.value !== null} aria-controls=${id} aria-autocomplete="list" aria-activedescendant=${list.length && !number ? `${id}-${at}` : undefined}
      onInput=${(event) => setText(event.currentTarget.value)} onKeyDown=${keys} onBlur=${() => setTimeout(close, 150)} />
    <div id=${id} class="popover found" role="listbox" aria-label=${t('search.results')} hidden=${!list.length}>
      ${list.map((one, i) => html`<div role="option" id=${`${id}-${i}`} key=${one.id} aria-selected=${!number && i === at} onPointerDown=${(event) => { event.preventDefault(); pick(one); }}>
        <b><${Name} text=${one.name} /></b><span><${Name} text=${one.organisation ?? ''} /></span><${Phone} text=${one.numbers?.[0]?.national ?? one.numbers?.[0]?.raw ?? ''} /></div>`)}</div>
    ${found.value !== null && !list.length && !number && html`<div class="popover found"><p role="status">${t(failed.value ? 'search.failed' : 'search.nothing')}</p></div>`}
  </div>`;
}

function Only() {
  const { customer, number } = filters.value;
  if (!customer && !number) return null;
  const who = number ? html`<${Phone} text=${number} />` : html`<bdi>${people.value[customer]?.name ?? customer}</bdi>`;
  return html`<button class="only" onClick=${() => choose({ customer: '', number: '' })} title=${t('calls.remove')}>${who}<${Icon} name="close" cls="small" /><span class="sr">${t('calls.remove')}</span></button>`;
}

export function Bar() {
  const { queue, agent, outcome, customer, number } = filters.value;
  const boss = hello.value?.me?.role !== 'agent';
  return html`<div class="sieve">
    <${Day} />
    <${Choice} name="queue" every="calls.every_queue" options=${Object.keys(names.value.queues).map((id) => [id, queueTitle(id)])} />
    ${boss && html`<${Choice} name="agent" every="calls.every_agent" options=${names.value.agents.map((one) => [one.id, one.name])} />`}
    <${Choice} name="outcome" every="calls.every_outcome" options=${OUTCOMES.map((one) => [one, outcomeText(one)])} />
    <${Person} /><${Only} />
    ${(queue || agent || outcome || customer || number) && html`<button class="btn s plain-btn" onClick=${() => choose({ queue: '', agent: '', outcome: '', customer: '', number: '' })}>${t('calls.clear')}</button>`}
  </div>`;
}
