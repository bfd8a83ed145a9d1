/** The work panel: one tab per call with its notes, disposition, reminder and the save bar. */
import { html, useEffect, useRef, useState } from '../lib.js';
import { online, second, stale } from '../live.js';
import { fmt, lang, t } from '../prefs.js';
import { digitOf } from '../keys.js';
import { Icon, Key, Name } from '../ui.js';
import { agent, choiceOf, choose, current, finish, keeperOf, nameOf, noteBeat, open, openCall, selected } from './model.js';
import { saveGate } from './rules.js';
import { Reminder } from './reminder.js';
import { say } from '../voice.js';

const LIMIT = 2000;

/** The words belong to the field: no render writes into it, so caret and input method stay. */
function NoteField({ card, shown }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const count = useRef(/** @type {HTMLElement | null} */ (null));
  const keeper = keeperOf(card.id);
  const write = (text) => {
    if (field.current && field.current.value !== text) field.current.value = text;
    length();
  };
  const length = () => {
    if (count.current) count.current.textContent = t('note.count', { n: field.current?.value.length ?? 0, max: LIMIT });
  };
  useEffect(() => { write(keeper.text); }, []);
  useEffect(length, [lang.value]);
  useEffect(() => {
    const text = keeper.server(card.note, document.activeElement === field.current);
    if (text !== null) write(text);
  }, [card.note?.rev, card.note?.text]);
  useEffect(() => {
    const restored = (event) => { if (event.detail === card.id) write(keeper.text); };
    document.addEventListener('callcenter:note', restored);
    return () => document.removeEventListener('callcenter:note', restored);
  }, []);
  return html`<div class="notes">
    <div class="fl"><label for=${`note-${card.id}`}>${t('note.title')}</label> <${Key}>F2<//><small ref=${count}></small></div>
    <textarea class="note" id=${`note-${card.id}`} dir="auto" maxlength=${LIMIT} ref=${field} data-note=${shown ? 'shown' : ''} aria-keyshortcuts="F2"
      onInput=${() => { keeper.typed(field.current?.value ?? ''); length(); }} onBlur=${() => keeper.flush()}></textarea>
    <${NoteState} keeper=${keeper} write=${write} />
  </div>`;
}

function NoteState({ keeper, write }) {
  noteBeat.value;
  const { state } = keeper;
  if (state === 'conflict') {
    return html`<div class="conflict"><p><${Icon} name="warn" />${t('note.conflict')}</p><blockquote><${Name} text=${keeper.theirs} /></blockquote>
      <button class="btn s" onClick=${() => write(keeper.settle(true))}>${t('note.addtheirs')}</button>
      <button class="btn s" onClick=${() => write(keeper.settle(false))}>${t('note.mine')}</button></div>`;
  }
  const [cls, icon, text] = state === 'saved' ? ['ok', 'check', t('note.saved', { time: fmt.value.timeSeconds(keeper.savedAt) })]
    : state === 'local' ? ['warn', 'warn', t('note.local')]
      : state === 'typing' ? ['soft', 'pencil', t('note.typing')] : ['soft', '', ''];
  return html`<div class="saved ${cls}">${icon && html`<${Icon} name=${icon} />`}${text}</div>`;
}

function Dispositions({ card }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const list = (agent.value?.dispositions ?? []).slice(0, 8);
  const chosen = choiceOf(card);
  const keys = (event) => {
    const digit = digitOf(event);
    if (digit && list[digit - 1]) {
      event.preventDefault();
      choose(card, list[digit - 1].code);
      /** @type {HTMLElement | undefined} */ (box.current?.querySelectorAll('button')[digit - 1])?.focus();
    }
  };
  return html`<div role="group" aria-labelledby=${`d-${card.id}`} ref=${box} onKeyDown=${keys}>
    <div class="fl" id=${`d-${card.id}`}>${t('dispo.title')}<small>${chosen ? '' : t('dispo.need')}</small></div>
    <div class="chips">${list.map((one, i) => html`<button type="button" key=${one.code} class="chip ${chosen === one.code ? 'on' : ''}" aria-pressed=${chosen === one.code}
      onClick=${() => choose(card, one.code)}><${Key}>${fmt.value.digits(i + 1)}<//><span><${Name} text=${one[lang.value] || one.en} /></span>${chosen === one.code && html`<${Icon} name="check" />`}</button>`)}</div>
  </div>`;
}

function SaveBar({ card }) {
  const gate = saveGate(card, choiceOf(card), online.value);
  const left = card.phase === 'wrap_up' && card.wrap_ends_at ? Math.max(0, Math.ceil((card.wrap_ends_at - second.value) / 1000)) : null;
  return html`<div class="foot">
    <button class="go" disabled=${!gate.can} aria-describedby="save-why" aria-keyshortcuts="F9" onClick=${() => save()}>${t('save.go')} <${Key}>F9<//></button>
    <p id="save-why">${gate.why ? t(gate.why) : left !== null ? t('wrap.left', { n: left }) : t('save.ready')}</p>
  </div>`;
}

let saving = false;
/** F9: say why not, or do it, once. */
export async function save() {
  const card = current.peek();
  const gate = saveGate(card, card ? choiceOf(card) : '', online.peek());
  if (!card || !gate.can) {
    say(t(gate.why), 'warn');
    return;
  }
  if (saving) return;
  saving = true;
  await finish(card);
  saving = false;
}

function Tab({ card, on }) {
  noteBeat.value;
  const keeper = keeperOf(card.id);
  const line = card.phase === 'done' ? (keeper.dirty ? t('tab.draft') : t('tab.done')) : t(`phase.${card.phase}`);
  return html`<button role="tab" title=${`${nameOf(card)} · ${line}`} id=${`tab-${card.id}`} aria-selected=${on} aria-controls=${`panel-${card.id}`} tabindex=${on ? 0 : -1} onClick=${() => openCall(card.id, true)}>
    <b><${Name} text=${nameOf(card)} />${!on && card.phase === 'ringing' && html`<i class="dot" aria-hidden="true"></i>`}</b><span>${line}</span></button>`;
}

export function Work() {
  const list = open.value;
  // Tabs keep the place where they came up; the list of calls is sorted by urgency and would dance.
  const [order, setOrder] = useState(/** @type {string[]} */ ([]));
  const ids = list.map((card) => card.id);
  const kept = order.filter((id) => ids.includes(id));
  const wanted = [...ids.filter((id) => !kept.includes(id)).reverse(), ...kept].reverse();
  const stable = [...kept, ...wanted.filter((id) => !kept.includes(id))];
  useEffect(() => { if (stable.join() !== order.join()) setOrder(stable); });
  const shown = stable.map((id) => list.find((card) => card.id === id)).filter((card) => card && (card.phase !== 'ringing' || card.id === selected.value || keeperOf(card.id).text || list.length < 6));
  const arrows = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
    if (!step || !shown.length) return;
    const side = document.documentElement.dir === 'rtl' ? -step : step;
    const at = shown.findIndex((card) => card?.id === selected.value);
    const next = shown[(at + side + shown.length) % shown.length];
    if (next) { openCall(next.id, true); document.getElementById(`tab-${next.id}`)?.focus(); }
  };
  if (!shown.length || !current.value) {
    return html`<aside class="work empty" aria-label=${t('work.title')}><div class="tabs" role="presentation">${shown.length > 0 && html`<div role="tablist" aria-label=${t('work.title')} class="tl" onKeyDown=${arrows}>
      ${shown.map((card) => html`<${Tab} key=${card.id} card=${card} on=${false} />`)}</div>`}</div><p><${Icon} name="pencil" />${t('work.empty')}</p>
      ${shown.map((card) => html`<div class="pane" role="tabpanel" id=${`panel-${card.id}`} key=${card.id} hidden></div>`)}</aside>`;
  }
  return html`<aside class="work ${stale.value ? 'stale' : ''}" aria-label=${t('work.title')}>
    <div class="tabs" role="tablist" aria-label=${t('work.title')} onKeyDown=${arrows}>${shown.map((card) => html`<${Tab} key=${card.id} card=${card} on=${card.id === selected.value} />`)}</div>
    ${shown.map((card) => html`<div class="pane" role="tabpanel" key=${card.id} id=${`panel-${card.id}`} aria-labelledby=${`tab-${card.id}`} hidden=${card.id !== selected.value}>
      <div class="form"><${NoteField} card=${card} shown=${card.id === selected.value} /><${Dispositions} card=${card} /><${Reminder} card=${card} /></div>
      <${SaveBar} card=${card} /></div>`)}
  </aside>`;
}
