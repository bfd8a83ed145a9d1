/** What list and page say of a call alike: outcome, who, which queues. */
import { html } from '../lib.js';
import { has, t } from '../prefs.js';
import { Icon, Phone } from '../ui.js';

const ARROW = { inbound: 'inb', outbound: 'out', internal: 'inner' };
const GOOD = ['answered'];
const LOST = ['abandoned', 'timed_out', 'refused', 'emptied', 'system', 'failed'];

/** @param {string | null} outcome null: it goes on */
export function outcomeText(outcome) {
  if (outcome === null) return t('calls.going');
  if (outcome === 'answered') return t('result.answered');
  return has(`outcome.${outcome}`) ? t(`outcome.${outcome}`) : outcome;
}

/** Shape and word; colour only for what was lost. */
export function Outcome({ outcome }) {
  const kind = outcome === null ? 'on' : GOOD.includes(outcome) ? 'good' : LOST.includes(outcome) ? 'lost' : 'other';
  const icon = { on: 'phone', good: 'check', lost: 'warn', other: 'disc' }[kind];
  return html`<span class="out o-${kind}"><${Icon} name=${icon} solid=${kind === 'on'} />${outcomeText(outcome)}</span>`;
}

export const Direction = ({ call }) => html`<${Icon} name=${ARROW[call.direction] ?? 'inb'} cls="mir dir" /><span class="sr">${t(`dir.${call.direction}`)}</span>`;

/** The caller's own name, or what the line told of him; empty when only a number is known. */
export const callerName = (call, customer) => customer?.name || call.caller.name || '';

/** Name and number, or why there is none. @param {{call: any, customer?: any}} props */
export function Who({ call, customer }) {
  const name = callerName(call, customer);
  const said = call.caller.e164 || call.caller.number;
  // Lines write "anonymous" and the like where a number would stand.
  const number = /\p{Nd}/u.test(said) ? said : '';
  const shown = nationalOf(customer, number) || call.caller.number || number;
  const hidden = !number && (said || call.caller.presentation !== 'shown');
  if (hidden) return html`<b>${t('caller.private')}</b>`;
  if (!name) return html`<b>${number ? html`<${Phone} text=${shown} />` : t('caller.unknown')}</b>`;
  return html`<b><bdi>${name}</bdi></b>${number && html`<small><${Phone} text=${shown} /></small>`}`;
}

const nationalOf = (customer, e164) => customer?.numbers?.find((one) => one.e164 === e164)?.national;

/** Each once, in the order of the call. @param {string[]} list */
export const once = (list) => [...new Set(list.filter(Boolean))];
export const queuesOf = (call) => once(call.visits.map((one) => one.queue));
export const agentsOf = (call) => once(call.conversations.map((one) => one.agent.name));
