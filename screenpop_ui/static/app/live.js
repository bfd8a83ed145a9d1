/**
 * The live side of a page: link, topics, clock and freshness as signals. One per page; components
 * read the signals, so that a changed number touches one text node.
 */
import { batch, computed, signal } from './lib.js';
import { ServerClock } from './clock.js';
import { Link, freshness } from './net.js';
import { applyFrame } from './store.js';
import { ulid } from './ids.js';
import { whoAmI } from './api.js';
import { zone } from './prefs.js';

export const hello = signal(/** @type {any} */ (null));
export const topics = signal(/** @type {import('./store.js').Topics} */ ({}));
/** 'connecting' before the first hello, then whether the link is up. */
export const phase = signal(/** @type {'connecting' | 'live' | 'reconnecting' | 'taken' | 'revoked'} */ ('connecting'));
/** Age of the last frame: live, delayed, stale, lost. */
export const fresh = signal('live');
export const delaySeconds = signal(0);
export const lastHeard = signal(0);
/** Server epoch ms, one step a second, still while the picture is stale. */
export const second = signal(0);
export const fake = signal(document.documentElement.dataset.fake === 'true');
export const topicData = (slot) => computed(() => topics.value[slot]?.d ?? null);
export const stale = computed(() => fresh.value === 'stale' || fresh.value === 'lost');
export const online = computed(() => phase.value === 'live' && !stale.value);

const clock = new ServerClock();
const mono = () => performance.now();
/** Server epoch ms now, or the PC's before the first hello. */
export const now = () => (clock.known ? Math.round(clock.now(mono())) : Date.now());

/** @type {Link} */
let link;
/** @type {string[]} */
let wanted = [];
/** @type {((frame: any) => void)[]} */
const listeners = [];
/** Hear every frame after it was applied. */
export const onFrame = (listener) => listeners.push(listener);

/** @param {string[]} names topics to follow, as the client asks for them */
export function connect(names) {
  wanted = names;
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
  link = new Link({ url, clock, mono, onFrame: take, onOpen: subscribe, onDown: down });
  link.start();
  addEventListener('online', () => link.hurry());
  document.addEventListener('visibilitychange', () => !document.hidden && link.hurry());
  tick();
}

export const send = (frame) => link?.send(frame) ?? false;
/** @param {string} act @param {any} args @returns {Promise<import('./net.js').Result>} */
export function command(act, args) {
  const base = topics.value.agent?.seq;
  return link.ask({ t: 'cmd', op: ulid(now()), do: act, args, base });
}
export const ask = (frame) => link.ask({ op: ulid(now()), ...frame });

/** Resume where we were; without a number the server sends the whole. @param {string[]} [fromStart] slots */
export function subscribe(fromStart = []) {
  const list = wanted.map((name) => {
    const slot = name.split(':', 1)[0];
    const known = topics.value[slot];
    if (!known || fromStart.includes(slot)) return { n: name };
    return { n: name, seq: known.seq, epoch: known.epoch };
  });
  send({ t: 'sub', topics: fromStart.length ? list.filter((one) => !one.epoch) : list });
}

function take(frame) {
  batch(() => {
    if (frame.t === 'hello') {
      hello.value = frame;
      fake.value = Boolean(frame.fake);
      zone.value = frame.site?.tz || zone.value;
      phase.value = 'live';
    } else if (frame.t === 'bye') {
      if (frame.why === 'taken' || frame.why === 'revoked') phase.value = frame.why;
    } else {
      const applied = applyFrame(topics.value, frame);
      topics.value = applied.topics;
      if (applied.ask.length) subscribe(applied.ask);
    }
    lastHeard.value = now();
    refresh();
    for (const listener of listeners) listener(frame);
  });
}

let checkedAt = 0;
async function down() {
  if (phase.value === 'live') phase.value = 'reconnecting';
  // A refused handshake looks like any other loss, so ask once in a while whether we may still come.
  if (mono() - checkedAt < 5000) return;
  checkedAt = mono();
  const answer = await whoAmI();
  if (answer.status === 401) {
    dispatchEvent(new CustomEvent('callcenter:signed-out'));
    location.assign('/sign-in');
  }
}

function refresh() {
  const age = link ? mono() - link.heardAt : 0;
  fresh.value = freshness(age);
  delaySeconds.value = Math.floor(age / 1000);
  if (!stale.value) second.value = Math.floor(now() / 1000) * 1000;
}

/** One beat a second on the server's own second, so that all timers change together. */
function tick() {
  refresh();
  setTimeout(tick, 1000 - (now() % 1000) + 5);
}
