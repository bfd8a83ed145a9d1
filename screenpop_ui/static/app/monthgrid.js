/** A month of days, Jalali for Persian and civil otherwise; arrows move by day and week. */
import { html, useState } from './lib.js';
import { second } from './live.js';
import { fmt, lang, t } from './prefs.js';
import { monthGrid, monthStart, shiftMonth } from './calendar.js';
import { Icon } from './ui.js';

const DAY_MS = 86_400_000;
const noon = (day) => day * DAY_MS + DAY_MS / 2;

/** @param {{day: number, from?: number, to?: number, onPick: (day: number) => void}} props days since the epoch; `from` and `to` bound what may be chosen */
export function MonthGrid({ day, from = -Infinity, to = Infinity, onPick }) {
  const [month, setMonth] = useState(() => monthStart(day, lang.value));
  const f = fmt.value;
  const today = f.dayNumber(second.value);
  const move = (next, event) => {
    if (next < from || next > to) return;
    onPick(next);
    setMonth(monthStart(next, lang.value));
    const box = event.currentTarget;
    requestAnimationFrame(() => box.querySelector('[aria-pressed="true"]')?.focus());
  };
  const keys = (event) => {
    const side = document.documentElement.dir === 'rtl' ? -1 : 1;
    const step = { ArrowRight: side, ArrowLeft: -side, ArrowDown: 7, ArrowUp: -7 }[event.code];
    if (step) { event.preventDefault(); move(day + step, event); }
  };
  const week = monthGrid(month, lang.value).find((row) => row.every((d) => d !== null)) ?? [];
  return html`<div class="bar"><button type="button" class="btn i" aria-label=${t('picker.prev')} onClick=${() => setMonth(shiftMonth(month, -1, lang.value))}><${Icon} name="chevron" cls="back" /></button>
      <b aria-live="polite">${f.monthYear(noon(month))}</b>
      <button type="button" class="btn i" aria-label=${t('picker.next')} onClick=${() => setMonth(shiftMonth(month, 1, lang.value))}><${Icon} name="chevron" cls="mir" /></button></div>
    <div class="days" onKeyDown=${keys}>
      ${week.map((d) => html`<span class="wd" key=${`w${d % 7}`}>${f.weekday(noon(d), 'narrow')}</span>`)}
      ${monthGrid(month, lang.value).flat().map((d, i) => (d === null ? html`<span key=${`x${i}`}></span>`
    : html`<button type="button" key=${d} disabled=${d < from || d > to} aria-pressed=${d === day} class=${d === today ? 'today' : ''}
        tabindex=${d === day ? 0 : -1} aria-label=${f.fullDate(noon(d))} onClick=${() => onPick(d)}>${f.day(noon(d))}</button>`))}
    </div>`;
}
