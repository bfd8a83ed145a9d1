/** The call bar: who is calling, for which queue, how long. One whole bar, one compact below it. */
import { html } from '../lib.js';
import { second } from '../live.js';
import { fmt, t } from '../prefs.js';
import { Icon, Key, Name, Phone, Timer } from '../ui.js';
import { bar, nameOf, openCall, openedElsewhere, queueName, selected } from './model.js';
import { ringShare, waitedMs } from './rules.js';
import { say } from '../voice.js';

const MARK = { ringing: 'ringing', talking: 'phone', held: 'held', wrap_up: 'pencil' };

function eyebrow(card) {
  const what = card.direction === 'outbound' ? 'call.out' : card.direction === 'internal' ? 'call.internal' : 'call.in';
  return card.phase === 'ringing' ? t(what) : t(`phase.${card.phase}`);
}

/** Copies the number in the form every other program understands. */
async function copy(card) {
  try {
    await navigator.clipboard.writeText(card.e164 || card.number);
    say(t('copied'), 'ok');
  } catch {
    // No clipboard on plain http: the number can still be selected.
  }
}

function Number({ card }) {
  if (card.presentation !== 'shown' || !card.number) return null;
  if (!navigator.clipboard) return html`<${Phone} call=${card} cls="num" />`;
  return html`<button class="num" title=${t('copy')} onClick=${() => copy(card)}><${Phone} call=${card} /></button>`;
}

function OpenButton({ card }) {
  if (selected.value === card.id) return null;
  const elsewhere = openedElsewhere.value.has(card.id);
  return html`<button class="open" onClick=${() => openCall(card.id, true)}>
    ${elsewhere ? t('pop.elsewhere') : t('pop.open')}<${Key}>F8<//></button>`;
}

function Meters({ card }) {
  const waited = waitedMs(card, second.value);
  return html`<dl class="meters">
    ${waited !== null && html`<div><dt>${t('call.waited')}</dt><dd><${Timer} ms=${waited} /></dd></div>`}
    ${card.phase === 'ringing' && html`<div class="wide"><dt>${t('call.rings')}</dt><dd><${Timer} since=${card.ring_at} />
      ${card.ring_limit_s ? html` <small>${t('ring.of', { n: card.ring_limit_s })}</small>` : null}</dd></div>`}
    ${(card.phase === 'talking' || card.phase === 'held') && html`<div><dt>${t('call.talk')}</dt><dd><${Timer} since=${card.answered_at} /></dd></div>`}
    ${card.phase === 'wrap_up' && html`<div><dt>${t('call.wrap')}</dt><dd>${card.wrap_ends_at
      ? html`<${Timer} ms=${Math.max(0, card.wrap_ends_at - second.value)} />` : html`<${Timer} since=${card.ended_at} />`}</dd></div>`}
    ${card.today > 1 && html`<div><dt>${t('call.today')}</dt><dd>${t('call.nth', { n: card.today })}</dd></div>`}
  </dl>`;
}

function Whole({ card }) {
  const name = nameOf(card);
  const ringing = card.phase === 'ringing';
  return html`<section class="call p-${card.phase}" aria-label=${eyebrow(card)}>
    <div class="ring ${ringing ? 'on' : ''}"><${Icon} name=${MARK[card.phase]} solid=${card.phase === 'talking'} /></div>
    <div class="whom">
      <div class="eyebrow"><strong>${eyebrow(card)}</strong>
        ${card.queue && html`<span class="q"><${Name} text=${queueName(card.queue)} /></span>`}
        ${card.line && html`<span class="line">${t('call.line')} <${Phone} text=${card.line} /></span>`}
        ${card.attempt > 1 && ringing && html`<span>${t('call.attempt', { n: card.attempt })}</span>`}</div>
      <h1><span class="nm" title=${name}><${Name} text=${name} /></span><${Number} card=${card} /></h1>
    </div>
    <${Meters} card=${card} />
    <${OpenButton} card=${card} />
    ${ringing && card.ring_limit_s && html`<progress class="share" max="1" value=${ringShare(card, second.value)} aria-hidden="true"></progress>`}
  </section>`;
}

function Compact({ card, more }) {
  return html`<section class="call compact p-${card.phase}" aria-label=${eyebrow(card)}>
    <${Icon} name=${MARK[card.phase]} /><strong>${eyebrow(card)}</strong>
    <span class="nm"><${Name} text=${nameOf(card)} /></span><${Number} card=${card} />
    ${card.queue && html`<span class="q"><${Name} text=${queueName(card.queue)} /></span>`}
    ${card.phase === 'ringing' && html`<${Timer} since=${card.ring_at} />`}
    <span class="grow"></span>
    ${more > 0 && html`<span class="more">${t('call.more', { n: more })}</span>`}
    <${OpenButton} card=${card} />
  </section>`;
}

export function CallBar() {
  const { main, compact, more } = bar.value;
  return html`<div class="bars">
    ${main && html`<${Whole} key="main" card=${main} />`}
    ${compact && html`<${Compact} key="compact" card=${compact} more=${more} />`}
  </div>`;
}

/** The call that F8 opens: the newest that is not open yet. */
export function waitingCall() {
  const { main, compact } = bar.peek();
  return [main, compact].find((card) => card?.phase === 'ringing' && card.id !== selected.peek())
    ?? [main, compact].find((card) => card && card.id !== selected.peek()) ?? null;
}

/** The title of the window, so that a ring is seen in the task bar. */
export function titleOf(due) {
  const ringing = [bar.value.main, bar.value.compact].find((card) => card?.phase === 'ringing');
  if (ringing) return `● ${nameOf(ringing)}`;
  return due ? `(${fmt.value.number(due)}) ${t('desk.title')}` : t('desk.title');
}
