/** The ledger: per day and PBX the calls that agree with queue_log, and those that nobody explains. */
import { html, signal } from '../lib.js';
import { read } from '../api.js';
import { fmt, t } from '../prefs.js';
import { Icon } from '../ui.js';
import { Bones, Trouble } from '../office.js';

const DAY_MS = 86_400_000;
const ledger = signal(/** @type {any} */ (null));
const failed = signal(false);

export async function loadLedger() {
  const answer = await read('/api/v1/ledger');
  failed.value = !answer.ok;
  if (answer.ok) ledger.value = answer.body;
}

const dayText = (iso) => fmt.value.fullDate(Date.parse(`${iso}T00:00:00Z`) + DAY_MS / 2);
const n = (value) => html`<bdi class="ltr">${fmt.value.number(value)}</bdi>`;
const sum = (record) => Object.values(record).reduce((a, b) => a + b, 0);

function Verdict({ books }) {
  const left = books.reduce((total, book) => total + book.unexplained, 0);
  const read_ = books.filter((book) => book.read);
  return html`${read_.length > 0 && html`<p class="verdict ${left ? 'unwell' : 'well'}"><${Icon} name=${left ? 'warn' : 'check'} /><b>${left ? t('ledger.left', { n: left }) : t('ledger.clear')}</b></p>`}
    ${books.filter((book) => !book.read).map((book) => html`<p class="body soft" key=${book.pbx}>${t('ledger.noread', { pbx: book.pbx })}</p>`)}
    ${books.filter((book) => book.trouble).map((book) => html`<p class="body bad" key=${`t${book.pbx}`}><${Icon} name="warn" /><bdi>${book.trouble}</bdi></p>`)}`;
}

function Days({ days, lies }) {
  if (!days.length) return html`<p class="none">${t('ledger.empty')}</p>`;
  return html`<table><caption class="sr">${t('ledger.title')}</caption>
    <thead><tr><th scope="col">${t('ledger.day')}</th><th scope="col">${t('ledger.pbx')}</th><th scope="col" class="n">${t('ledger.equal')}</th><th scope="col" class="n">${t('ledger.corrected')}</th><th scope="col" class="n">${t('ledger.unexplained')}</th></tr></thead>
    <tbody>${days.map((day) => html`<tr key=${day.day + day.pbx}><th scope="row">${dayText(day.day)}${sum(day.known) > 0 && html`<small title=${Object.keys(day.known).map((name) => lies[name] ?? name).join('\n')}>${t('ledger.known', { n: sum(day.known) })}</small>`}</th>
      <td><bdi>${day.pbx}</bdi></td><td class="n">${n(day.equal)}</td><td class="n">${n(day.corrected)}</td>
      <td class="n ${day.unexplained ? 'wrong' : ''}">${day.unexplained > 0 && html`<${Icon} name="warn" />`}${n(day.unexplained)}</td></tr>`)}</tbody></table>`;
}

const Version = ({ title, value }) => html`<figure><figcaption>${title}</figcaption><pre dir="ltr" tabindex="0">${JSON.stringify(value, null, 1)}</pre></figure>`;

function Unexplained({ one }) {
  const at = Date.parse(one.at);
  return html`<li><details><summary><${Icon} name="chevron" cls="mir" /><span><b>${fmt.value.dayMonth(at)} <bdi class="ltr">${fmt.value.timeSeconds(at)}</bdi></b> <bdi class="ltr code">${one.call}</bdi></span>
      <bdi class="why" dir="ltr">${one.why.join('; ')}</bdi></summary>
    <div class="versions"><${Version} title=${t('ledger.ours')} value=${one.ours} /><${Version} title=${t('ledger.logged')} value=${one.logged} /></div>
    <a class="btn s" href=${`/calls/${encodeURIComponent(one.call)}`}>${t('ledger.open')}</a></details></li>`;
}

export function Ledger() {
  const one = ledger.value;
  return html`<section class="card ledger"><header><h2>${t('ledger.title')}</h2><span>${t('ledger.says')}</span></header>
    ${failed.value ? html`<${Trouble} text=${t('admin.failed')} onRetry=${loadLedger} />` : !one ? html`<div class="body" aria-busy="true"><${Bones} n=${4} /></div>`
    : html`<${Verdict} books=${one.books} />
      ${one.unexplained.length > 0 && html`<ul class="odd">${one.unexplained.map((each) => html`<${Unexplained} key=${each.pbx + each.day + each.call} one=${each} />`)}</ul>`}
      ${one.more && html`<p class="body soft">${t('ledger.more')}</p>`}
      <${Days} days=${one.days} lies=${one.lies} />`}
  </section>`;
}
