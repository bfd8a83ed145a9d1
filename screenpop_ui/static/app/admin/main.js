/** Administration, small: is everything well, do the books agree. Only what is measured is shown. */
import { html, signal } from '../lib.js';
import { read } from '../api.js';
import { fmt, t, tx } from '../prefs.js';
import { Icon } from '../ui.js';
import { Bones, Office, Trouble, open } from '../office.js';
import { loadNames } from '../names.js';
import { Ledger, loadLedger } from './ledger.js';

const AGAIN_MS = 5000;
const house = signal(/** @type {any} */ (null));
const failed = signal(false);

async function load() {
  const answer = await read('/api/v1/house');
  failed.value = !answer.ok;
  if (answer.ok) house.value = answer.body;
  setTimeout(load, AGAIN_MS);
}

/** @param {{name: string, value: any, wrong?: boolean}} props */
const Figure = ({ name, value, wrong = false }) => html`<div class=${wrong ? 'wrong' : ''}><dt>${t(name)}</dt><dd>${wrong && html`<${Icon} name="warn" />`}${value}</dd></div>`;
const n = (value) => html`<bdi class="ltr">${fmt.value.number(value)}</bdi>`;
const ms = (value) => html`<bdi>${tx('admin.ms', { n: n(Math.round(value) || 0) })}</bdi>`;

function State({ one }) {
  return html`<section class="card state-of ${one.ready ? '' : 'unwell'}" aria-live="polite"><h2><${Icon} name=${one.ready ? 'check' : 'warn'} />${one.ready ? t('admin.well') : t('admin.unwell', { n: one.reasons.length })}</h2>
    <small>${t('admin.version', { version: one.version })}</small>
    ${one.reasons.length > 0 && html`<ul dir="auto">${one.reasons.map((text) => html`<li key=${text}><bdi>${text}</bdi></li>`)}</ul>`}</section>`;
}

function Link({ one }) {
  const time = one.since ? `${fmt.value.dayMonth(Date.parse(one.since))} ${fmt.value.timeSeconds(Date.parse(one.since))}` : '';
  return html`<li class=${one.up ? '' : 'down'}><h3><${Icon} name=${one.up ? 'disc' : 'warn'} /><bdi>${one.pbx}</bdi></h3>
    <p>${t(one.up ? 'admin.heard' : 'admin.silent', { time })}${one.why && html`<br /><bdi>${one.why}</bdi>`}</p>
    <dl><${Figure} name="admin.events" value=${n(one.events)} /><${Figure} name="admin.reconnects" value=${n(one.reconnects)} />
      <${Figure} name="admin.ping" value=${ms(one.ping_ms)} /><${Figure} name="admin.skew" value=${ms(one.skew_ms)} wrong=${Math.abs(one.skew_ms) > 5000} />
      <${Figure} name="admin.lag" value=${ms(one.lag_ms)} wrong=${one.lag_ms > 1000} /><${Figure} name="admin.odd" value=${n(one.odd + one.garbage)} />
      <${Figure} name="admin.actions" value=${t(one.actions ? 'admin.can' : 'admin.cannot')} /></dl></li>`;
}

function House() {
  const one = house.value;
  if (!one) return failed.value ? html`<section class="card"><${Trouble} text=${t('admin.failed')} /></section>` : html`<section class="card" aria-busy="true"><div class="body"><${Bones} n=${5} /></div></section>`;
  return html`<${State} one=${one} />
    <section class="card links"><header><h2>${t('admin.links')}</h2></header><ul>${one.links.map((link) => html`<${Link} key=${link.pbx} one=${link} />`)}</ul></section>
    <section class="card stores"><header><h2>${t('admin.stores')}</h2></header><dl>
      <${Figure} name="admin.facts" value=${n(one.facts)} /><${Figure} name="admin.waiting" value=${n(one.waiting + one.call_log_waiting)} wrong=${one.waiting > 0} />
      <${Figure} name="admin.failures" value=${n(one.journal_failures + one.call_log_failures)} wrong=${one.journal_failures + one.call_log_failures > 0} />
      <${Figure} name="admin.open" value=${n(one.calls_open)} /><${Figure} name="admin.lookups" value=${n(one.lookup_failures)} wrong=${one.lookup_failures > 0} />
      <${Figure} name="admin.orphaned" value=${n(one.orphaned)} />
      <${Figure} name="admin.recorder" value=${one.recorder_keep ? t('admin.keeps', { keep: one.recorder_keep }) : t('admin.off')} /></dl>
      ${one.trouble && html`<p class="body bad"><${Icon} name="warn" /><bdi>${one.trouble}</bdi></p>`}</section>`;
}

function Admin() {
  return html`<${Office} page="admin" title=${t('admin.title')}>
    <main class="page admin" tabindex="0"><h1 class="sr">${t('admin.title')}</h1><div class="half"><${House} /></div><${Ledger} /></main><//>`;
}

await open(Admin, () => t('admin.title'));
loadNames();
loadLedger();
load();
