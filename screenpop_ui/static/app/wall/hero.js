/** The four tiles: service level, waiting, longest wait, abandoned. Normal is neutral. */
import { html } from '../lib.js';
import { fmt, t, tx, titled } from '../prefs.js';
import { Cells, Icon, Name, Percent, levelWord } from '../ui.js';
import { Spark, shareFloor } from './spark.js';
import { present, veiled, wall } from './data.js';

const CLASS = { warn: 'w', crit: 'c' };

function Tile({ level, title, value, spark, foot, cls = '' }) {
  const bad = level === 'warn' || level === 'crit';
  return html`<section class="tile ${CLASS[level] ?? ''} ${level === 'none' ? 'dim' : ''} ${cls}">
    <h2>${bad && html`<${Icon} name=${level} cls="lv" /><span class="sr">${levelWord(level)}</span>`}${title}</h2>
    <div class="mid"><div class="v">${value}</div>${spark}</div><p>${foot}</p></section>`;
}

const pct = (v, decimals) => html`<b><${Percent} v=${v} decimals=${decimals} /></b>`;

export function Hero() {
  const total = wall.value?.total;
  if (!total) return html`<section class="hero">${['sl', 'waiting', 'longest', 'abandoned'].map((id) => html`<${Tile} key=${id} title=${t(`tile.${id}`)} value=${html`<span class="dash">–</span>`} foot="" />`)}</section>`;
  const f = fmt.value;
  const level = veiled.value ? {} : total.levels ?? {};
  const few = total.sl_today?.v == null;
  const wait = total.oldest_at ? f.duration(Math.max(0, present.value - total.oldest_at)) : null;
  const queue = total.oldest_queue ? titled(wall.value.queues?.[total.oldest_queue], total.oldest_queue) : '';
  const share = (v) => `${f.percent(v).value}${f.percent(v).unit}`;
  return html`<section class="hero">
    <${Tile} level=${level.sl_today} title=${t('tile.sl')} value=${html`<${Percent} v=${total.sl_today?.v} />`}
      spark=${html`<${Spark} cls="w1" values=${total.sl_trend} target=${total.target} lo=${shareFloor(total.sl_trend)} hi=${1} w=${250} h=${118} fill />`}
      foot=${few ? t('wall.nodata') : html`<span>${t('tile.target')} <b>${t('tile.sltarget', { v: share(total.target), n: total.t_s })}</b></span>
        <span class="e">${t('tile.30min')} ${pct(total.sl_30?.v)}</span>`} />
    <${Tile} level=${level.waiting} title=${t('tile.waiting')} value=${total.waiting == null ? '–' : f.number(total.waiting)}
      spark=${html`<${Spark} cls="w2" values=${total.waiting_trend} lo=${0} w=${130} h=${100} fill />`}
      foot=${html`<span>${t('tile.warnfrom')} <b>${f.number(total.waiting_warn)}</b></span>`} />
    <${Tile} level=${level.oldest} title=${t('tile.longest')} value=${wait ? html`<bdi class="ltr"><${Cells} text=${wait} /><span class="sr">${wait}</span></bdi>` : html`<span class="dash">–</span>`}
      foot=${html`<span class="nm"><b><${Name} text=${queue || t('tile.nobody')} /></b></span>${queue && html`<span class="e">${t('tile.limit')} <b><bdi class="ltr">${f.duration(total.oldest_limit_s * 1000)}</bdi></b></span>`}`} />
    <${Tile} level=${level.abandon} title=${t('tile.abandoned')} value=${html`<${Percent} v=${total.abandon_today?.v} decimals=${1} />`}
      spark=${html`<${Spark} cls="w3" values=${total.abandon_trend} target=${total.abandon_target} lo=${0} w=${120} h=${96} fill />`}
      foot=${total.abandon_today?.v == null ? t('wall.nodata') : html`<span>${tx('tile.abtarget', { v: html`<b><bdi class="ltr">${share(total.abandon_target)}</bdi></b>` })}</span>`} />
  </section>`;
}
