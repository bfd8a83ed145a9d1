/** Agents by state, who needs attention, and the slow figures. */
import { html } from '../lib.js';
import { fmt, has, t } from '../prefs.js';
import { Icon, Name, Percent } from '../ui.js';
import { STATE_ICON } from '../icons.js';
import { present, wall } from './data.js';

const ORDER = ['talking', 'ready', 'wrap_up', 'paused', 'offered', 'held', 'unreachable'];
// Always drawn, so that the list does not jump when somebody starts or stops ringing.
const ALWAYS = new Set(['talking', 'ready', 'wrap_up', 'paused', 'offered']);

function Agents() {
  const f = fmt.value;
  const agents = wall.value?.agents ?? {};
  const states = ORDER.filter((name) => ALWAYS.has(name) || agents[name] > 0).slice(0, 6);
  // The one or two that need somebody: longest first.
  const attention = Object.entries(wall.value?.attention ?? {}).sort((a, b) => a[1].since - b[1].since).slice(0, states.length > 6 ? 1 : 2);
  return html`<section class="card ag" aria-label=${t('agents.title')}>
    <h2>${t('agents.title')} <b>${t('agents.shift', { n: agents.on_shift ?? '–' })}</b></h2>
    <div class="bar" aria-hidden="true">${ORDER.map((name) => agents[name] > 0 && html`<i key=${name} class="b-${name}" style=${{ flexGrow: agents[name] }}></i>`)}</div>
    <ul>${states.map((name) => html`<li key=${name}><${Icon} name=${STATE_ICON[name]} solid=${['talking', 'ready'].includes(name)} cls="st-${name}" />
      <span>${t(`state.${name}`)}</span><b>${agents[name] == null ? '–' : f.number(agents[name])}</b></li>`)}</ul>
    ${attention.map(([id, one]) => html`<div class="note" key=${id}><${Icon} name="warn" /><${Name} text=${one.name} cls="nm" />
      <span>${attentionText(one)}</span></div>`)}
  </section>`;
}

function attentionText(one) {
  const id = `attention.${one.state}`;
  return t(has(id) ? id : 'attention.other', { n: Math.max(0, Math.floor((present.value - one.since) / 60_000)) });
}

function Figures() {
  const total = wall.value?.total ?? {};
  const f = fmt.value;
  const cell = (label, value, more = '') => html`<div><dt>${label}</dt><dd>${value}${more && html`<small class="soft"> ${more}</small>`}</dd></div>`;
  return html`<dl class="card kp">
    ${cell(t('kpi.aht'), total.aht_ms == null ? html`<span class="dash">–</span>` : html`<bdi class="ltr">${f.duration(total.aht_ms)}</bdi>`)}
    ${cell(t('kpi.occupancy'), html`<${Percent} v=${total.occupancy?.v} />`)}
    ${cell(t('kpi.fcr', { n: total.fcr?.days ?? 7 }), html`<${Percent} v=${total.fcr?.v} />`, total.fcr?.provisional && total.fcr?.v != null ? t('kpi.provisional') : '')}
    ${cell(t('kpi.answered'), total.answered == null ? html`<span class="dash">–</span>` : f.number(total.answered))}
  </dl>`;
}

export const Right = () => html`<div class="right"><${Agents} /><${Figures} /></div>`;
