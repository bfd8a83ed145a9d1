/** The list: newest first, a row is a link; arrows move, Enter opens, "older" reads on. */
import { html, useRef } from '../lib.js';
import { fmt, t } from '../prefs.js';
import { Dur, Icon } from '../ui.js';
import { dispositionTitle, queueTitle } from '../names.js';
import { Bones, Trouble } from '../office.js';
import { Direction, Outcome, Who, agentsOf, queuesOf } from './words.js';
import { sumsOf } from './filters.js';
import { address, filters, list, people, reload, older } from './model.js';

function When({ at, dated }) {
  const f = fmt.value;
  const ms = Date.parse(at);
  return html`<time datetime=${at}><bdi class="ltr">${f.timeSeconds(ms)}</bdi>${dated && html`<small>${f.dayMonth(ms)}</small>`}</time>`;
}

const Length = ({ ms }) => (ms === null ? html`<span class="dash" aria-hidden="true">–</span>` : html`<${Dur} ms=${ms} />`);
const Several = ({ texts }) => texts.map((text, i) => html`${i ? html`<i class="sep" aria-hidden="true">›</i>` : null}<bdi key=${text}>${text}</bdi>`);

function Row({ call, first, dated }) {
  const { waited, talked } = sumsOf(call);
  return html`<tr>
    <td class="when"><${When} at=${call.started_at} dated=${dated} /></td>
    <th scope="row"><a href=${address(call.id)} tabindex=${first ? 0 : -1} data-row><${Direction} call=${call} /><span class="who2"><${Who} call=${call} customer=${people.value[call.customer_id]} /></span></a></th>
    <td class="q"><${Several} texts=${queuesOf(call).map(queueTitle)} /></td>
    <td class="a"><${Several} texts=${agentsOf(call)} /></td>
    <td class="n w"><${Length} ms=${waited} /></td>
    <td class="n t"><${Length} ms=${talked} /></td>
    <td class="r"><${Outcome} outcome=${call.outcome} />${call.disposition && html`<small><bdi>${dispositionTitle(call.disposition.code)}</bdi></small>`}</td>
  </tr>`;
}

function Nothing() {
  const { day, queue, agent, outcome, customer, number } = filters.value;
  if (queue || agent || outcome || customer || number) return html`<p class="none big">${t('calls.nonefilter')}</p>`;
  const f = fmt.value;
  const ms = ((day === null || day === 'any' ? list.value.today : day) + 0.5) * 86_400_000;
  return html`<p class="none big">${day === 'any' ? t('calls.noneday') : t('calls.none', { day: f.fullDate(ms) })}</p>`;
}

export function List() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const { state, items, cursor, code } = list.value;
  const keys = (event) => {
    const rows = [...(box.current?.querySelectorAll('[data-row]') ?? [])];
    const at = rows.indexOf(document.activeElement);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.code];
    if (to === undefined) return;
    event.preventDefault();
    const next = /** @type {HTMLElement} */ (rows[Math.max(0, Math.min(rows.length - 1, to))]);
    for (const row of rows) row.tabIndex = row === next ? 0 : -1;
    next.focus();
    next.closest('tr')?.scrollIntoView({ block: 'nearest' });
  };
  if (state === 'failed') return html`<section class="card"><${Trouble} text=${t(code === 'forbidden' ? 'calls.notyours' : 'calls.failed')} onRetry=${code === 'forbidden' ? null : () => reload()} /></section>`;
  if (state === 'reading' && !items.length) return html`<section class="card rows" aria-busy="true"><p class="sr" role="status">${t('calls.reading')}</p><${Bones} n=${9} /></section>`;
  if (!items.length) return html`<section class="card" role="status"><${Nothing} /></section>`;
  return html`<section class="card rows ${state === 'reading' ? 'dimmed' : ''}" ref=${box}>
    <table onKeyDown=${keys} aria-describedby="hint"><caption class="sr">${t('calls.title')}</caption>
      <thead><tr><th scope="col" class="when">${t('calls.time')}</th><th scope="col">${t('calls.caller')}</th><th scope="col" class="q">${t('calls.queue')}</th><th scope="col" class="a">${t('calls.agent')}</th>
        <th scope="col" class="n w">${t('calls.waited')}</th><th scope="col" class="n t">${t('calls.talked')}</th><th scope="col" class="r">${t('calls.outcome')}</th></tr></thead>
      <tbody>${items.map((call, i) => html`<${Row} key=${call.id} call=${call} first=${i === 0} dated=${filters.value.day === 'any'} />`)}</tbody>
    </table>
    <footer><span role="status">${t('calls.shown', { n: items.length })}</span><small id="hint">${t('calls.hint')}</small><span class="grow"></span>
      ${cursor && html`<button class="btn" disabled=${state === 'reading'} onClick=${older}><${Icon} name="down" cls="small" />${t('calls.more')}</button>`}</footer>
  </section>`;
}
