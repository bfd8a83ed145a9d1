/** The frame of the pages that are read at a desk: rail, top strip, and who may read on. */
import { effect, html, render } from './lib.js';
import { begin, fmt, t } from './prefs.js';
import { connect, fake, hello, second } from './live.js';
import { FakeNotice, NetChip, Preferences } from './chrome.js';
import { ClockFace, Icon } from './ui.js';
import { Rail } from './rail.js';

/** @param {{page: string, title: string, below?: boolean, children?: any}} props `below`: not the page itself, but one that belongs to it */
export function Office({ page, title, below = false, children }) {
  return html`<div class="office ${fake.value ? 'has-demo' : ''}">
    <${FakeNotice} /><${Rail} page=${page} below=${below} />
    <header class="top"><strong class="where">${title}</strong><span class="grow"></span><${NetChip} />
      <span class="date">${second.value ? fmt.value.fullDate(second.value) : ''}</span><${ClockFace} />
      <${Preferences} name=${hello.value?.me?.name ?? ''} /></header>
    ${children}
  </div>`;
}

/** Something that could not be read: what, and a way to try again. */
export function Trouble({ text, onRetry }) {
  return html`<div class="trouble" role="alert"><${Icon} name="warn" /><p>${text}</p>
    ${onRetry && html`<button class="btn s" onClick=${onRetry}>${t('retry')}</button>`}</div>`;
}

/** Grey lines of the final height, while something is being read. */
export const Bones = ({ n = 6 }) => html`<div class="bones" aria-hidden="true">${Array.from({ length: n }, (_, i) => html`<i key=${i}></i>`)}</div>`;

/** Puts a page up. @param {any} Page a component @param {() => string} title of the tab */
export async function open(Page, title) {
  await begin();
  render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
  effect(() => { document.title = title(); });
  connect([]);
}
