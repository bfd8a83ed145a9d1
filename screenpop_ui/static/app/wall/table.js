/** Queues, worst first. Numbers are left to right and aligned right in every language. */
import { html } from '../lib.js';
import { fmt, t, titled } from '../prefs.js';
import { Cells, Icon, Name, Percent, levelWord } from '../ui.js';
import { Spark, shareFloor } from './spark.js';
import { present, veiled, wall } from './data.js';

/** One figure with its level; only the row's lead is filled (UI.md B.0 rule 3). */
function Cell({ level, lead, children, cls = '' }) {
  const bad = level === 'warn' || level === 'crit';
  const kind = level === 'crit' ? (lead ? 'is-C' : 'is-c') : level === 'warn' ? 'is-w' : level === 'none' ? 'dim' : '';
  return html`<td class="${kind} ${cls}"><span>${bad && html`<${Icon} name=${level} cls="lv" /><span class="sr">${levelWord(level)}</span>`}<b>${children}</b></span></td>`;
}

function Row({ id, q }) {
  const f = fmt.value;
  const level = veiled.value ? {} : q.levels ?? {};
  const worst = Object.values(level).includes('crit') ? 'row-c' : '';
  const wait = q.oldest_at ? f.duration(Math.max(0, present.value - q.oldest_at)) : null;
  const cell = (name, body) => html`<${Cell} level=${level[name]} lead=${q.lead === name}>${body}<//>`;
  const number = (n) => (n == null ? '–' : f.number(n));
  return html`<tr class=${worst} data-queue=${id}>
    <th scope="row"><span title=${titled(q, id)}><${Name} text=${titled(q, id)} /></span></th>
    ${cell('waiting', number(q.waiting))}
    ${wait ? cell('oldest', html`<${Cells} text=${wait} /><span class="sr">${wait}</span>`) : html`<td class="none">–</td>`}
    ${q.sl_30?.v == null ? html`<td class="none">–</td>` : cell('sl_30', html`<${Percent} v=${q.sl_30.v} />`)}
    <td class="tr"><${Spark} values=${q.trend} target=${q.target} lo=${shareFloor(q.trend)} hi=${1} /></td>
    ${cell('free', number(q.free))}
    ${q.abandon_today?.v == null ? html`<td class="none">–</td>` : cell('abandon', html`<${Percent} v=${q.abandon_today.v} decimals=${1} />`)}
  </tr>`;
}

export function QueueTable({ ids }) {
  const queues = wall.value?.queues ?? {};
  const rows = ids.filter((id) => queues[id]);
  return html`<div class="card tbl n${rows.length}"><table>
    <thead><tr><th scope="col">${t('col.queue')}</th><th scope="col">${t('col.waiting')}</th><th scope="col">${t('col.longest')}</th><th scope="col">${t('col.sl')}</th>
      <th scope="col" class="mid">${t('col.trend')}</th><th scope="col">${t('col.free')}</th><th scope="col">${t('col.abandon')}</th></tr></thead>
    <tbody>${rows.map((id) => html`<${Row} key=${id} id=${id} q=${queues[id]} />`)}</tbody></table>
    ${!rows.length && html`<p class="none">${t(wall.value ? 'wall.noqueues' : 'wall.waiting')}</p>`}</div>`;
}
