/** Small shared parts: icons, digits in cells, timers, isolated data. */
import { html, useEffect, useRef } from './lib.js';
import { ICONS, SOLID } from './icons.js';
import { fmt, t } from './prefs.js';
import { second } from './live.js';

/** @param {{name: string, cls?: string, solid?: boolean}} props */
export function Icon({ name, cls = '', solid = SOLID.has(name) }) {
  const [shape, ...more] = ICONS[name];
  return html`<svg class="ic ${cls}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path class=${solid ? 'solid' : ''} d=${shape} />${more.map((d) => html`<path class="inner" d=${d} />`)}
  </svg>`;
}

/** Each digit in a cell of its own: Persian digits are not tabular (UI.md fact 6). */
export function Cells({ text }) {
  return html`<span class="tn" aria-hidden="true">${[...text].map(
    (c) => html`<i class=${c === ':' ? 'c' : ''}>${c}</i>`)}</span>`;
}

/** A duration that ticks from `since`, or stands at `ms`. Read on demand, never announced. */
export function Timer({ since, ms, pad = true }) {
  const value = ms ?? (since == null ? 0 : second.value - since);
  const text = fmt.value.duration(value, pad);
  return html`<span role="timer" aria-live="off" aria-label=${text}><${Cells} text=${text} /></span>`;
}

/** A standing duration: no role, running figures. */
export function Dur({ ms, pad = true }) {
  return html`<bdi class="ltr">${fmt.value.duration(ms, pad)}</bdi>`;
}

/** Wall-clock time with seconds. */
export function ClockFace({ seconds = true }) {
  if (!second.value) return html`<span class="clock"></span>`;
  const text = seconds ? fmt.value.timeSeconds(second.value) : fmt.value.time(second.value);
  return html`<time class="clock"><span class="sr">${text}</span><${Cells} text=${text} /></time>`;
}

/** A telephone number: always left to right, isolated; the digits of the page. */
export function Phone({ call, text, cls = '' }) {
  const shown = text ?? call?.national ?? call?.number ?? '';
  return shown ? html`<bdi class="ltr ${cls}">${fmt.value.phone(shown)}</bdi>` : null;
}

/** A share with its sign in one isolate; null is a dash, never zero. */
export function Percent({ v, decimals = 0 }) {
  if (v == null) return html`<span class="dash">–</span>`;
  const { value, unit } = fmt.value.percent(v, decimals);
  return html`<bdi class="ltr">${value}<small>${unit}</small></bdi>`;
}

/** Free text in its own direction. */
export const Name = ({ text, cls = '' }) => html`<bdi class=${cls}>${text}</bdi>`;

/** A key as printed on the control it works. */
export const Key = ({ children }) => html`<kbd aria-hidden="true">${children}</kbd>`;

/** A disclosure that closes on Escape, on a click outside and when focus leaves it. */
export function Popover({ open, onClose, label, cls = '', children }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event) => {
      if (!box.current?.parentElement?.contains(event.target)) onClose();
    };
    const key = (event) => {
      if (event.code !== 'Escape') return;
      event.stopPropagation();
      /** @type {HTMLElement | null} */ (box.current?.parentElement?.querySelector('[aria-expanded]'))?.focus();
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', key, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', key, true);
    };
  }, [open]);
  return open ? html`<div class="popover ${cls}" role="group" aria-label=${label} ref=${box}>${children}</div>` : null;
}

/** "80 %" in words for a screen reader, and the level as a word. */
export const levelWord = (level) =>
  level === 'warn' ? t('level.warn') : level === 'crit' ? t('level.crit') : '';
