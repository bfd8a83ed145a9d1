/** The life line: what happened when, how long it took, and whose word it rests on. */
import { html } from '../lib.js';
import { fmt, has, t, tx } from '../prefs.js';
import { Dur, Icon, Phone } from '../ui.js';
import { dispositionTitle, queueTitle } from '../names.js';
import { outcomeText } from './words.js';

const MARK = {
  started: 'phone', reclassified: 'help', customer: 'user', ivr: 'wave', entered: 'door', refused: 'close', rang: 'ringing', talked: 'phone',
  far_answered: 'check', held: 'held', transferred: 'transfer', left: 'leave', recording: 'record', ended: 'hangup', wrapped_up: 'pencil',
  note: 'pencil', filed: 'tag', unheard: 'warn', other: 'help',
};
const BAD = { rang: ['no_answer', 'rejected', 'unreachable'], left: ['abandoned', 'timed_out', 'emptied', 'system'] };

const word = (family, key) => (has(`${family}.${key}`) ? t(`${family}.${key}`) : key);
export const evidenceText = (name) => word('evidence', name);
const endedBy = (by) => (by === 'unknown' ? t('line.unseen') : by && t('line.endedby', { by: word('by', by) }));
const agentOf = (step) => html`<b><bdi>${step.agent?.name ?? '?'}</bdi></b>`;

/** The sentence of a step. Whatever this version has no words for is a general one, never nothing. */
function Title({ step }) {
  const queue = html`<b><bdi>${step.queue ? queueTitle(step.queue) : t('line.nowhere')}</bdi></b>`;
  switch (step.what) {
    case 'customer': return step.text ? t('step.customer') : has(`who.${step.end}`) ? t(`who.${step.end}`) : t('who.none');
    case 'transferred': {
      const to = step.text ? html`<b><${Phone} text=${step.text} /></b>` : t('line.nowhere');
      return tx(has(`move.${step.end}`) ? `move.${step.end}` : 'step.transferred', { to });
    }
    default: return tx(has(`step.${step.what}`) ? `step.${step.what}` : 'step.other', {
      agent: agentOf(step), queue, text: html`<b><bdi>${step.text}</bdi></b>`, by: html`<b><bdi>${step.by}</bdi></b>`,
    });
  }
}

/** What belongs to a step beside its sentence, as short parts; `known` notes are not told twice. */
function detailsOf(step, known) {
  const by = endedBy(step.by);
  const number = step.text && html`<${Phone} text=${step.text} />`;
  switch (step.what) {
    case 'started': return [t(`dir.${step.end}`), number && html`${t('call.line')} ${number}`];
    case 'reclassified': return [t(`dir.${step.end}`), number];
    case 'entered': return [step.position > 0 && t('line.position', { n: step.position })];
    case 'refused': return [word('why', step.text)];
    case 'rang': return [step.end && word('offer', step.end)];
    case 'talked': return [by];
    case 'transferred': return [step.agent && tx('line.by', { agent: agentOf(step) })];
    case 'left': return [outcomeText(step.end), step.ms !== null && tx('line.waited', { time: html`<${Dur} ms=${step.ms} />` }), step.end === 'key' && step.text && tx('line.key', { key: html`<bdi class="ltr">${step.text}</bdi>` })];
    case 'recording': return [html`<bdi class="ltr code">${step.text}</bdi>`];
    case 'ended': return [outcomeText(step.end), by];
    case 'note': return [html`<bdi class="words">${step.text}</bdi>`];
    case 'filed': return [html`<bdi>${dispositionTitle(step.end)}</bdi>`, step.text && !known.includes(step.text) && html`<bdi class="words">${step.text}</bdi>`];
    case 'unheard': return [step.end === 'restarted' && t('line.restarted')];
    case 'other': return [html`<bdi class="ltr code">${step.text}</bdi>`];
    default: return [];
  }
}

/** What was believed before better evidence came. */
function Was({ step }) {
  const { was } = step;
  const parts = [was.end && (step.what === 'rang' ? word('offer', was.end) : outcomeText(was.end)), was.agent && was.agent.id !== step.agent?.id && html`<bdi>${was.agent.name}</bdi>`,
    was.by !== step.by && endedBy(was.by), was.ms !== null && was.ms !== step.ms && html`<${Dur} ms=${was.ms} />`].filter(Boolean);
  return html`<p class="was"><${Icon} name="pencil" /><span>${t('line.was', { evidence: evidenceText(was.settled_by) })}: ${parts.map((part, i) => html`${i ? ' · ' : ''}${part}`)}</span></p>`;
}

function Step({ step, now, known }) {
  const f = fmt.value;
  const at = Date.parse(step.at);
  const until = step.until && Date.parse(step.until);
  const open = now && !step.until && ['rang', 'talked', 'held', 'wrapped_up'].includes(step.what);
  const parts = [...detailsOf(step, known), open && t('line.goeson')].filter(Boolean);
  return html`<li class="k-${step.what} ${BAD[step.what]?.includes(step.end) ? 'bad-end' : ''} ${step.was ? 'mended' : ''}">
    <time datetime=${step.at}><bdi class="ltr">${f.timeSeconds(at)}</bdi></time>
    <span class="node"><${Icon} name=${MARK[step.what] ?? 'help'} cls=${['door', 'leave', 'transfer'].includes(MARK[step.what]) ? 'mir' : ''} /></span>
    <div class="what"><p><span><${Title} step=${step} /></span></p>
      ${parts.length > 0 && html`<p class="more">${parts.map((part, i) => html`${i ? html`<i aria-hidden="true"> · </i>` : null}<span key=${i}>${part}</span>`)}</p>`}
      ${step.was && html`<${Was} step=${step} />`}</div>
    <div class="long">${until && html`<b><${Dur} ms=${step.ms} /></b><small><bdi class="ltr">${f.timeSeconds(at)}–${f.timeSeconds(until)}</bdi></small>`}</div>
    <small class="word"><bdi>${evidenceText(step.settled_by)}</bdi></small>
  </li>`;
}

/** @param {{steps: any[], going: boolean, wrapping: boolean}} props whether the call, and work on it, go on */
export function LifeLine({ steps, going, wrapping }) {
  const notes = steps.filter((step) => step.what === 'note').map((step) => step.text);
  const open = (step) => (step.what === 'wrapped_up' ? wrapping : going);
  return html`<section class="card life"><header><h2>${t('line.title')}</h2></header>
    ${steps.length ? html`<ol>${steps.map((step, i) => html`<${Step} key=${`${step.seq}-${step.what}-${i}`} step=${step} now=${open(step)} known=${notes} />`)}</ol>`
    : html`<p class="none">${t('line.none')}</p>`}
  </section>`;
}
