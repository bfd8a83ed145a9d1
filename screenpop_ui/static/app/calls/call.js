/** One call: who, when, how it ended and on whose word; its life line; for an admin what AMI said. */
import { html, signal } from '../lib.js';
import { read } from '../api.js';
import { hello, now } from '../live.js';
import { fmt, has, t } from '../prefs.js';
import { Dur, Icon, Phone } from '../ui.js';
import { Bones, Office, Trouble, open } from '../office.js';
import { dispositionTitle, loadNames } from '../names.js';
import { Direction, Outcome, Who, callerName } from './words.js';
import { sumsOf } from './filters.js';
import { LifeLine } from './line.js';
import { RawEvents } from './events.js';

const AGAIN_MS = 3000;
const WRAP_UP_MS = 900_000;
const id = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const path = `/api/v1/calls/${encodeURIComponent(id)}`;
const call = signal(/** @type {any} */ (null));
const customer = signal(/** @type {any} */ (null));
const trouble = signal('');

/** Whether somebody is still at work on it, as far as that can be: of old calls the end was missed. */
const wrapping = (one) => now() - Date.parse(one.ended_at) < WRAP_UP_MS && one.life_line.some((step) => step.what === 'wrapped_up' && !step.until);

async function load() {
  const answer = await read(path);
  if (!answer.ok) {
    trouble.value = answer.status === 404 ? 'call.gone' : 'call.failed';
    return;
  }
  trouble.value = '';
  call.value = answer.body;
  const who = answer.body.customer_id;
  if (who !== null && customer.peek()?.id !== who) {
    const found = await read(`/api/v1/customers?ids=${who}`);
    if (found.ok) customer.value = found.body.items[0] ?? null;
  }
  // A call in progress grows while it is looked at, and for a while its wrap-up does.
  if (call.peek().ended_at === null || wrapping(call.peek())) setTimeout(load, AGAIN_MS);
}

function Head({ one }) {
  const f = fmt.value;
  const began = Date.parse(one.started_at);
  const ended = one.ended_at ? Date.parse(one.ended_at) : null;
  const { waited, talked, held } = sumsOf(one);
  const corrected = one.life_line.some((step) => step.was);
  const by = one.ended_by && (has(`by.${one.ended_by}`) ? t(`by.${one.ended_by}`) : one.ended_by);
  const word = has(`evidence.${one.settled_by}`) ? t(`evidence.${one.settled_by}`) : one.settled_by;
  const fact = (name, value) => html`<div><dt>${t(name)}</dt><dd>${value}</dd></div>`;
  return html`<section class="card head">
    <div class="name"><${Direction} call=${one} /><h1><${Who} call=${one} customer=${customer.value} /></h1><${Outcome} outcome=${one.outcome} />
      ${corrected && html`<span class="tag"><${Icon} name="pencil" />${t('call.corrected')}</span>`}</div>
    <p class="sub"><time datetime=${one.started_at}>${f.fullDate(began)}</time><span><bdi class="ltr">${f.timeSeconds(began)}</bdi></span>
      <span>${t(`dir.${one.direction}`)}</span>${one.line && html`<span>${t('call.line')} <${Phone} text=${one.line} /></span>`}</p>
    <dl>${ended !== null && fact('call.lasted', html`<${Dur} ms=${ended - began} />`)}
      ${waited !== null && fact('call.waited', html`<${Dur} ms=${waited} />`)}
      ${talked !== null && fact('call.talk', html`<${Dur} ms=${talked} />`)}
      ${held ? fact('call.onhold', html`<${Dur} ms=${held} />`) : null}
      ${by && fact('call.endedby', by)}
      ${fact('call.evidence', html`<bdi>${word}</bdi>`)}</dl>
  </section>`;
}

function Side({ one }) {
  const told = one.disposition;
  const boss = hello.value?.me?.role !== 'agent';
  return html`<aside class="beside" aria-label=${t('call.result')}>
    <section class="card"><header><h2>${t('call.result')}</h2></header>
      <p class="body">${told ? html`<b><bdi>${dispositionTitle(told.code)}</bdi></b>${told.resolved !== null && html`<small>${t(told.resolved ? 'call.resolved' : 'call.unresolved')}</small>`}` : html`<span class="soft">${t('outcome.none')}</span>`}</p></section>
    <section class="card"><header><h2>${t('call.notes')}</h2></header>
      <p class="body words">${one.note || told?.note ? html`<bdi>${one.note || told.note}</bdi>` : html`<span class="soft">${t('call.nonotes')}</span>`}</p></section>
    ${one.recordings.length > 0 && html`<section class="card"><header><h2>${t('call.recordings')}</h2></header>
      <ul class="body">${one.recordings.map((file) => html`<li key=${file}><bdi class="ltr code">${file}</bdi></li>`)}</ul></section>`}
    ${boss && html`<section class="card"><header><h2>${t('call.ids')}</h2></header>
      <ul class="body">${[...new Set([one.id, one.uniqueid, one.linkedid])].map((each) => html`<li key=${each}><bdi class="ltr code">${each}</bdi></li>`)}</ul></section>`}
  </aside>`;
}

function Page() {
  const one = call.value;
  const admin = hello.value?.me?.role === 'admin';
  return html`<${Office} page="calls" below title=${t('call.title')}>
    <main class="page one" tabindex="0"><a class="up" href="/calls" onClick=${back}><${Icon} name="chevron" cls="back" />${t('call.back')}</a>
      ${trouble.value ? html`<section class="card"><h1 class="sr">${t('call.title')}</h1><${Trouble} text=${t(trouble.value)} onRetry=${trouble.value === 'call.gone' ? null : load} /></section>`
    : !one ? html`<h1 class="sr">${t('call.title')}</h1><section class="card head" aria-busy="true"><${Bones} n=${3} /></section>`
      : html`<${Head} one=${one} /><div class="two"><${LifeLine} steps=${one.life_line} going=${one.ended_at === null} wrapping=${wrapping(one)} /><${Side} one=${one} /></div>
          ${admin && html`<${RawEvents} path=${`${path}/events`} />`}`}
    </main><//>`;
}

/** Back to the list as it was, where the reader came from there. */
function back(event) {
  const from = document.referrer && new URL(document.referrer);
  if (from && from.origin === location.origin && from.pathname === '/calls' && history.length > 1) {
    event.preventDefault();
    history.back();
  }
}

await open(Page, () => (call.value ? `${callerName(call.value, customer.value) || call.value.caller.number || t('caller.unknown')} · ${t('call.title')}` : t('call.title')));
loadNames();
load();
