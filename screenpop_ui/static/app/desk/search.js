/** Look somebody up by name, number or code (Ctrl+K). The answer list never moves the page. */
import { html, signal, useEffect, useRef } from '../lib.js';
import { findCustomers } from '../api.js';
import { command } from '../live.js';
import { ascii } from '../fmt.js';
import { t } from '../prefs.js';
import { Icon, Key, Name, Phone } from '../ui.js';
import { current, errorText, viewing } from './model.js';
import { say } from '../voice.js';

const text = signal('');
const found = signal(/** @type {any[] | null} */ (null));
const failed = signal(false);
const at = signal(0);
/** The field, for Ctrl+K. */
export const searchField = { current: /** @type {HTMLInputElement | null} */ (null) };
let asked = 0;

async function search(words) {
  const mine = (asked += 1);
  const answer = await findCustomers(ascii(words), 8);
  if (mine !== asked || text.peek() !== words) return;
  failed.value = !answer.ok;
  found.value = answer.items;
  at.value = 0;
}

export function closeSearch() {
  text.value = '';
  found.value = null;
  if (searchField.current) searchField.current.value = '';
}

async function pick(customer) {
  const card = current.peek();
  closeSearch();
  // A call without a customer takes the one that was found; otherwise he is only shown.
  if (card && !card.cust && ['withheld', 'none', 'unavailable', 'many'].includes(card.match)) {
    const result = await command('customer.choose', { call: card.id, customer_id: customer.id });
    if (!result.ok) say(errorText(result), 'warn');
  } else viewing.value = customer;
}

export function Search() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const outside = (event) => { if (found.peek() && !box.current?.contains(event.target)) closeSearch(); };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);
  useEffect(() => {
    const words = text.value.trim();
    if (words.length < 2) {
      found.value = null;
      return undefined;
    }
    const timer = setTimeout(() => search(text.peek()), 200);
    return () => clearTimeout(timer);
  }, [text.value]);
  const list = found.value ?? [];
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step && list.length) {
      at.value = (at.value + step + list.length) % list.length;
      event.preventDefault();
    } else if (event.code === 'Enter' && list[at.value]) {
      event.preventDefault();
      pick(list[at.value]);
    } else if (event.code === 'Escape' && text.value) {
      event.stopPropagation();
      closeSearch();
    }
  };
  return html`<div class="dial" ref=${box}>
    <${Icon} name="find" />
    <input type="search" dir="auto" autocomplete="off" spellcheck=${false} role="combobox" aria-label=${t('search.label')}
      placeholder=${t('search.label')} aria-expanded=${found.value !== null} aria-controls="found" aria-autocomplete="list"
      aria-activedescendant=${list.length ? `found-${at.value}` : undefined} aria-keyshortcuts="Control+K"
      ref=${(el) => { searchField.current = el; }} onInput=${(event) => { text.value = event.currentTarget.value; }} onKeyDown=${keys} />
    <${Key}>Ctrl K<//>
    <div id="found" class="popover found" role="listbox" aria-label=${t('search.results')} hidden=${found.value === null || !list.length}>
      ${list.map((one, i) => html`<div role="option" id=${`found-${i}`} key=${one.id} aria-selected=${i === at.value}
        onPointerDown=${(event) => { event.preventDefault(); pick(one); }}>
        <b><${Name} text=${one.name} /></b><span><${Name} text=${one.organisation ?? ''} /></span>
        <${Phone} text=${one.numbers?.[0]?.national ?? one.numbers?.[0]?.e164 ?? one.numbers?.[0]?.raw ?? ''} /></div>`)}
    </div>
    ${found.value !== null && !list.length && html`<div class="popover found"><p role="status">${t(failed.value ? 'search.failed' : 'search.nothing')}</p></div>`}
  </div>`;
}
