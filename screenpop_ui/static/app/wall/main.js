/** The wall: header, tiles, table, side; rotation, and the veil when the picture is old. */
import { computed, effect, html, render, signal } from '../lib.js';
import { begin, fmt, lang, t } from '../prefs.js';
import { connect, delaySeconds, fresh, hello, phase, second } from '../live.js';
import { placesOf } from '../rail.js';
import { ClockFace, Icon } from '../ui.js';
import { FakeNotice } from '../chrome.js';
import { Hero } from './hero.js';
import { QueueTable } from './table.js';
import { Right } from './side.js';
import { beginKiosk } from './kiosk.js';
import { aged, recall, remember, remembered, seenAt, silent, veiled, wall } from './data.js';
import { dwell, nextTurn, pagesOf } from './rotate.js';

const turn = signal({ page: 0, calm: 0 });
const held = signal(false);
const pages = computed(() => pagesOf(wall.value?.order ?? Object.keys(wall.value?.queues ?? {})));
const at = computed(() => Math.min(turn.value.page, pages.value.length - 1));

function Dots() {
  const n = pages.value.length;
  if (n < 2) return null;
  return html`<div class="pg" role="img" aria-label=${t('wall.page', { n: at.value + 1, of: n })}>
    ${pages.value.map((_, i) => html`<i key=${i} class=${i === at.value ? 'on' : ''}></i>`)}${held.value && html`<${Icon} name="pause" />`}</div>`;
}

function Live() {
  if (phase.value === 'connecting' && !remembered.value) return html`<div class="live wait"><${Icon} name="struck" />${t('net.connecting')}</div>`;
  if (aged.value || fresh.value === 'delayed' || phase.value !== 'live') {
    return html`<div class="live slow"><${Icon} name="warn" />${fresh.value === 'live' ? t('net.reconnecting') : t('live.delayed', { n: delaySeconds.value })}</div>`;
  }
  return html`<div class="live good"><${Icon} name="disc" />${t('live.ok')}</div>`;
}

/** What is wrong with the picture takes the place of "Live"; the demo notice stays beside it. */
function Strip() {
  if (phase.value === 'revoked') return html`<div class="strip" role="status"><${Icon} name="warn" /><span>${t('net.revoked')}</span></div>`;
  if (aged.value) return html`<div class="strip" role="status"><${Icon} name="warn" /><span>${t('live.lost', { time: fmt.value.timeSeconds(seenAt.value) })}</span></div>`;
  const down = silent.value;
  if (down) {
    return html`<div class="strip" role="status"><${Icon} name="warn" /><span>${t('wall.pbxdown', { name: down[0], time: fmt.value.time(down[1].since) })}</span></div>`;
  }
  return html`<span class="grow"></span><${Live} /><div class="date">${second.value ? fmt.value.wallDate(second.value) : ''}</div>`;
}

function Lost() {
  if (fresh.value !== 'lost') return null;
  return html`<div class="lost" role="alert"><${Icon} name="warn" /><strong>${t('wall.lost', { time: fmt.value.time(seenAt.value) })}</strong></div>`;
}

/** The way from the wall to the other pages: there while the pointer moves or the focus is on it. */
function Places() {
  const places = placesOf(hello.value?.me);
  if (places.length < 2) return null;
  return html`<nav class="places" aria-label=${t('nav.title')}>${places.map((one) => html`<a key=${one.page} href=${`/${one.page}`}
    aria-current=${one.page === 'wall' ? 'page' : undefined}><${Icon} name=${one.icon} /><span>${t(one.title)}</span></a>`)}</nav>`;
}

function Wall() {
  return html`<div class="wall ${veiled.value ? 'is-stale' : ''}">
    <header><h1>${t('wall.all')}</h1><${Dots} /><${FakeNotice} long=${false} /><${Strip} />
      <${ClockFace} seconds=${false} /></header>
    <main><${Hero} /><section class="low"><div class="turn" key=${at.value}><${QueueTable} ids=${pages.value[at.value] ?? []} /></div><${Right} /></section></main>
    <${Lost} /><${Places} />
  </div>`;
}

function step(by) {
  const page = (at.peek() + by + pages.peek().length) % pages.peek().length;
  turn.value = { page, calm: page };
  turnedAt = performance.now();
}

let turnedAt = performance.now();
function rotate() {
  const list = pages.peek();
  if (held.peek() || list.length < 2 || performance.now() - turnedAt < dwell(list.length)) return;
  turnedAt = performance.now();
  const critical = list.map((ids) => ids.some((id) => Object.values(wall.peek()?.queues?.[id]?.levels ?? {}).includes('crit')));
  turn.value = nextTurn(turn.peek(), critical);
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const side = document.documentElement.dir === 'rtl' ? -1 : 1;
  if (event.code === 'Space') { held.value = !held.value; event.preventDefault(); }
  if (event.code === 'ArrowRight') step(side);
  if (event.code === 'ArrowLeft') step(-side);
  if (event.code === 'KeyF') {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.();
  }
}

recall();
await begin();
render(html`<${Wall} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
addEventListener('keydown', onKey);
setInterval(rotate, 500);
setInterval(remember, 30_000);
effect(() => { void lang.value; document.title = t('wall.title'); });
beginKiosk();
connect(['wall:main']);
