/** What is said to the user in passing: toasts, and two live regions for screen readers. */
import { html, signal } from './lib.js';
import { Icon } from './ui.js';

const polite = signal('');
const assertive = signal('');
const toast = signal(/** @type {{text: string, kind: string} | null} */ (null));
let timer = 0;

/** Only for an incoming call. @param {string} text */
export function announce(text) {
  assertive.value = text;
}

/** A saved, refused or changed state; on the screen for six seconds. @param {'ok' | 'warn'} kind */
export function say(text, kind = 'ok') {
  polite.value = text;
  toast.value = { text, kind };
  clearTimeout(timer);
  timer = window.setTimeout(() => { toast.value = null; }, 6000);
}

export function Voice() {
  return html`<div class="sr" role="status" aria-live="polite">${polite}</div>
    <div class="sr" role="alert" aria-live="assertive">${assertive}</div>
    ${toast.value && html`<div class="toast ${toast.value.kind}" aria-hidden="true">
      <${Icon} name=${toast.value.kind === 'ok' ? 'check' : 'warn'} />${toast.value.text}</div>`}`;
}
