/** The rail: from desk to wall to calls to administration, for whom each of them is. */
import { html } from './lib.js';
import { hello } from './live.js';
import { t } from './prefs.js';
import { Icon } from './ui.js';

/** Where this person may go, in order. @param {any} me `hello.me` */
export function placesOf(me) {
  const boss = me && ['supervisor', 'admin'].includes(me.role);
  return [
    { page: 'desk', icon: 'phone', title: 'desk.title', may: me?.agent || me?.role === 'agent' },
    { page: 'wall', icon: 'wall', title: 'wall.title', may: boss },
    { page: 'calls', icon: 'history', title: 'calls.title', may: Boolean(me) },
    { page: 'admin', icon: 'book', title: 'admin.title', may: me?.role === 'admin' },
  ].filter((one) => one.may);
}

/** @param {{page: string, below?: boolean, children?: any}} props `page`: where we are, or what we are `below` of */
export function Rail({ page, below = false, children }) {
  return html`<nav class="rail" aria-label=${t('nav.title')}>
    <div class="mark"><${Icon} name="wave" /></div>
    ${placesOf(hello.value?.me).map((one) => html`<a key=${one.page} href=${`/${one.page}`} aria-current=${one.page === page ? (below ? 'true' : 'page') : undefined}
      aria-label=${t(one.title)} title=${t(one.title)}><${Icon} name=${one.icon} /><span aria-hidden="true">${t(one.title)}</span></a>`)}
    <span class="sp"></span>${children}
  </nav>`;
}
