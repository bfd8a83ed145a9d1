/** Earlier calls: of this customer, or the agent's own last ten. */
import { html } from '../lib.js';
import { second } from '../live.js';
import { fmt, has, lang, t } from '../prefs.js';
import { Dur, Icon, Name, Phone } from '../ui.js';
import { agent, queueName } from './model.js';

const ARROW = { inbound: 'inb', outbound: 'out', internal: 'inner' };
const msOf = (value) => (typeof value === 'number' ? value : Date.parse(value));

/** The name of a disposition in the page's language; the code if it was retired since. */
export function dispositionName(code) {
  const one = agent.value?.dispositions?.find((d) => d.code === code);
  return one ? one[lang.value] || one.en : code;
}

function whatOf(line) {
  if (line.disposition) return dispositionName(line.disposition);
  const id = `outcome.${line.outcome}`;
  return has(id) ? t(id) : t('outcome.none');
}

/** Day and time in two rows: the nearer the call, the more its time matters. */
function When({ at }) {
  const ms = msOf(at);
  const f = fmt.value;
  const days = f.dayNumber(second.value) - f.dayNumber(ms);
  const time = f.time(ms);
  if (days === 0) return html`<time><b>${t('when.today', { time })}</b>${f.relative(ms, second.value)}</time>`;
  if (days === 1) return html`<time><b>${t('when.yesterday', { time })}</b>${f.dayMonth(ms)}</time>`;
  if (days < 7) return html`<time><b>${f.weekday(ms)} ${time}</b>${f.dayMonth(ms)}</time>`;
  return html`<time><b>${f.dayMonth(ms)}</b>${time}</time>`;
}

function Line({ line, own }) {
  const arrow = html`<${Icon} name=${ARROW[line.direction] ?? 'inb'} cls="mir" /><span class="sr">${t(`dir.${line.direction}`)}</span>`;
  return html`<li>
    <${When} at=${line.at} />
    <div><div class="t">${arrow}
      ${own ? html`<b><a href=${`/calls/${encodeURIComponent(line.id)}`} target="_blank" rel="noopener"><${Name} text=${line.name || t('caller.unknown')} /></a></b>${line.number && html`<small><${Phone} text=${line.number} /></small>`}`
    : html`<b>${line.queue ? html`<${Name} text=${queueName(line.queue)} />` : t(`dir.${line.direction}`)}</b>`}
      <small>${whatOf(line)}</small></div>
      ${line.note && html`<p><${Name} text=${line.note} /></p>`}</div>
    <div class="d"><b><${Name} text=${own ? queueName(line.queue) : line.agent ?? ''} /></b>${line.talk_ms != null && html`<${Dur} ms=${line.talk_ms} />`}</div>
  </li>`;
}

export function History({ lines, total, title, own = false, empty }) {
  return html`<section class="card hist" tabindex="0" aria-label=${title}>
    <header><h2>${title}</h2>${total > 0 && html`<span>${t('history.n', { n: total })}</span>`}</header>
    ${lines.length ? html`<ol>${lines.map((line) => html`<${Line} key=${line.id} line=${line} own=${own} />`)}</ol>`
    : html`<p class="none">${empty}</p>`}
  </section>`;
}
