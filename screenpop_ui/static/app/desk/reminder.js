/** A promise with a time: two presets and a picker with the page's own calendar. */
import { html, useEffect, useId, useRef, useState } from '../lib.js';
import { now, second } from '../live.js';
import { ascii } from '../fmt.js';
import { fmt, t } from '../prefs.js';
import { instantOf } from '../calendar.js';
import { MonthGrid } from '../monthgrid.js';
import { Icon } from '../ui.js';
import { reminders } from './model.js';
import { whenShort } from './record.js';

const HOUR_MS = 3_600_000;

function set(card, value) {
  const { [card.id]: _, ...rest } = reminders.peek();
  reminders.value = value ? { ...rest, [card.id]: value } : rest;
}

export function Reminder({ card }) {
  const [picking, setPicking] = useState(false);
  const id = useId();
  const chosen = reminders.value[card.id];
  const toggle = (preset, due_at) => {
    setPicking(false);
    set(card, chosen?.preset === preset ? null : { preset, due_at, text: chosen?.text ?? '' });
  };
  const tomorrow = () => instantOf(fmt.value.dayNumber(now()) + 1, 9 * 60, fmt.value.timeZone);
  const chip = (on, press, label, more = {}) => html`<button type="button" class="chip ${on ? 'on' : ''}" aria-pressed=${on} onClick=${press} ...${more}>${label}</button>`;
  return html`<div role="group" aria-labelledby=${id}>
    <div class="fl" id=${id}>${t('reminder.title')}${chosen && html`<small>${whenShort(chosen.due_at)}</small>`}</div>
    <div class="rem">
      ${chip(chosen?.preset === 'hour', () => toggle('hour', now() + HOUR_MS), t('reminder.hour'))}
      ${chip(chosen?.preset === 'tomorrow', () => toggle('tomorrow', tomorrow()), t('reminder.tomorrow', { time: fmt.value.digits('09:00') }))}
      ${chip(chosen?.preset === 'other', () => (chosen?.preset === 'other' ? toggle('other', 0) : setPicking(!picking)), t('reminder.other'), { 'aria-expanded': picking })}
    </div>
    ${picking && html`<${Picker} onPick=${(due_at) => { set(card, { preset: 'other', due_at, text: chosen?.text ?? '' }); setPicking(false); }} />`}
    ${chosen && html`<input class="promise" dir="auto" maxlength="200" aria-label=${t('reminder.text')} placeholder=${t('reminder.text')}
      defaultValue=${chosen.text} onInput=${(e) => set(card, { ...reminders.peek()[card.id], text: e.currentTarget.value })} />`}
  </div>`;
}

/** A month grid; arrows move by day and week, the time is typed. Instants are stored, days are shown. */
function Picker({ onPick }) {
  const f = fmt.value;
  const today = f.dayNumber(second.value);
  // The next full hour while there is an evening left, else tomorrow morning.
  const hour = Number(ascii(f.time(second.value)).slice(0, 2)) + 1;
  const [day, setDay] = useState(hour < 20 ? today : today + 1);
  const [time, setTime] = useState(hour < 20 ? `${String(hour).padStart(2, '0')}:00` : '09:00');
  const valid = /^([01]?\d|2[0-3]):[0-5]\d$/.test(time);
  const [h, m] = time.split(':').map(Number);
  const due = valid ? instantOf(day, h * 60 + m, f.timeZone) : 0;
  const late = valid && due <= second.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { box.current?.scrollIntoView({ block: 'nearest' }); }, []);
  return html`<div class="picker" ref=${box} role="group" aria-label=${t('reminder.other')}>
    <${MonthGrid} day=${day} from=${today} onPick=${setDay} />
    <div class="bar"><label class="field"><span>${t('picker.time')}</span><input dir="ltr" inputmode="numeric" maxlength="5" autocomplete="off" aria-invalid=${!valid || undefined}
        defaultValue=${f.digits(time)} onInput=${(e) => setTime(ascii(e.currentTarget.value).trim())} /></label>
      <button type="button" class="btn strong" disabled=${!valid || late} onClick=${() => onPick(due)}>${t('picker.set')}</button></div>
    ${late && html`<p class="bad"><${Icon} name="warn" />${t('picker.past')}</p>`}
  </div>`;
}
