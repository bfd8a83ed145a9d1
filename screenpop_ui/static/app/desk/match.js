/** Several customers with one number, and a number nobody has: choose one, or write him down. */
import { html, useEffect, useRef, useState } from '../lib.js';
import { command, online } from '../live.js';
import { digitOf } from '../keys.js';
import { fmt, t } from '../prefs.js';
import { Icon, Key, Name, Phone } from '../ui.js';
import { dirtyForms, errorText } from './model.js';
import { say } from '../voice.js';
import { whenInside } from './record.js';

async function choose(card, customer) {
  const result = await command('customer.choose', { call: card.id, customer_id: customer.id });
  if (!result.ok) say(errorText(result), 'warn');
}

/** Up to five customers; arrows and Enter, or 1 to 5, while focus is in the list. */
export function Chooser({ card }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const matches = (card.matches ?? []).slice(0, 5);
  const keys = (event) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step) {
      const at = buttons.indexOf(/** @type {any} */ (document.activeElement));
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
      event.preventDefault();
    }
    const digit = digitOf(event);
    if (digit && matches[digit - 1]) choose(card, matches[digit - 1]);
  };
  return html`<section class="card choose" aria-label=${t('pop.multi', { n: matches.length })}>
    <header><h2><${Icon} name="user" />${t('pop.multi', { n: matches.length })}</h2><p>${t('match.choose')}</p></header>
    <ul ref=${list} onKeyDown=${keys}>${matches.map((one, i) => html`<li key=${one.id}>
      <button onClick=${() => choose(card, one)} disabled=${!online.value}>
        <${Key}>${fmt.value.digits(i + 1)}<//><b><${Name} text=${one.name} /></b>
        <span><${Name} text=${one.organisation ?? ''} /></span>
        ${one.code && html`<span class="soft">${t('cust.code')} <${Phone} text=${one.code} /></span>`}
        ${one.last_call_at && html`<span class="soft">${t('match.last', { when: whenInside(one.last_call_at) })}</span>`}
        <${Icon} name="chevron" cls="mir" /></button></li>`)}</ul>
  </section>`;
}

/** A new customer, in place and never in front of anything; the number is carried over. */
export function NewCustomer({ card }) {
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const mark = (on) => {
    const next = new Set(dirtyForms.peek());
    if (on) next.add(card.id); else next.delete(card.id);
    dirtyForms.value = next;
  };
  useEffect(() => () => mark(false), []);
  const touched = () => mark([...new FormData(/** @type {any} */ (form.current)).values()].some((v) => String(v).trim()));
  const submit = async (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(event.currentTarget));
    const name = String(data.name).trim();
    setMissing(!name);
    if (!name) {
      form.current?.querySelector('input')?.focus();
      return;
    }
    setBusy(true);
    const result = await command('customer.create', {
      call: card.id, name, organisation: String(data.organisation).trim(), number: card.e164 || card.number,
    });
    setBusy(false);
    if (result.ok) { mark(false); say(t('cust.created'), 'ok'); } else say(errorText(result), 'warn');
  };
  const field = (name, label, more = {}) => html`<label class="field"><span>${label}</span>
    <input name=${name} dir="auto" autocomplete="off" maxlength="120" ...${more} /></label>`;
  return html`<section class="card newc" aria-label=${t('pop.none')}>
    <header><h2><${Icon} name="add" />${t('pop.none')}</h2></header>
    <form ref=${form} onSubmit=${submit} onInput=${touched} novalidate>
      ${field('name', t('cust.name'), { 'aria-required': 'true', 'aria-invalid': missing || undefined, 'aria-describedby': missing ? 'need-name' : undefined })}
      ${field('organisation', t('cust.organisation'))}
      <div class="field"><span>${t('cust.number')}</span><output><${Phone} call=${card} /></output></div>
      <button class="btn strong" disabled=${busy || !online.value}>${t('cust.add')}</button>
      ${missing && html`<p class="bad" id="need-name"><${Icon} name="warn" />${t('cust.needname')}</p>`}
    </form>
  </section>`;
}
