/**
 * Language and theme: signals, applied to <html> without a reload, saved by the server. The shell
 * brings the first values, so the right direction is there before this script runs.
 */
import { computed, signal } from './lib.js';
import { message, parts } from './i18n.js';
import { makeFormat } from './fmt.js';
import { savePreferences } from './api.js';

export const LANGUAGES = /** @type {const} */ ({ en: 'English', fa: 'فارسی', he: 'עברית' });
const root = document.documentElement;
const query = new URLSearchParams(location.search);

/** @type {import('./lib.js').Signal<'en' | 'fa' | 'he'>} */
export const lang = signal(pick(query.get('lang')) ?? pick(root.lang) ?? 'en');
export const theme = signal(query.get('theme') ?? (root.dataset.theme || 'light'));
export const zone = signal(Intl.DateTimeFormat().resolvedOptions().timeZone);
export const catalogue = signal(/** @type {Record<string, any>} */ ({}));
export const fmt = computed(() => makeFormat({ lang: lang.value, tz: zone.value }));
const how = computed(() => ({ rules: new Intl.PluralRules(lang.value), number: fmt.value.number }));

function pick(text) {
  return text && text in LANGUAGES ? /** @type {'en' | 'fa' | 'he'} */ (text) : null;
}

/** A text of the catalogue; components that call it follow a change of language. */
export const t = (id, params) => message(catalogue.value, how.value, id, params);
/** The same with elements in its holes. */
export const tx = (id, params) => parts(catalogue.value, how.value, id, params);
/** Whether the catalogue has this text. */
/** A queue's title in the reader's language, where the site gave one; else its name. */
export const titled = (queue, id = '') => queue?.titles?.[lang.value] || queue?.name || id;
export const has = (id) => id in catalogue.value;

export const dark = matchMedia('(prefers-color-scheme: dark)');

function paint() {
  root.lang = lang.value;
  root.dir = lang.value === 'en' ? 'ltr' : 'rtl';
  const wanted = theme.value === 'auto' ? (dark.matches ? 'dark' : 'light') : theme.value;
  root.dataset.theme = wanted === 'dark' ? 'dark' : 'light';
}

async function load(code) {
  const response = await fetch(new URL(`../i18n/${code}.json`, import.meta.url));
  return response.json();
}

/** Loads the first catalogue; call it before the first render. */
export async function begin() {
  dark.addEventListener('change', paint);
  catalogue.value = await load(lang.value);
  paint();
}

/** @param {'en' | 'fa' | 'he'} code */
export async function setLanguage(code, save = true) {
  if (code === lang.value) return;
  const next = await load(code);
  lang.value = code;
  catalogue.value = next;
  paint();
  if (save) await savePreferences({ lang: code });
}

/** @param {'light' | 'dark' | 'auto'} name */
export async function setTheme(name, save = true) {
  theme.value = name;
  paint();
  if (save) await savePreferences({ theme: name });
}
