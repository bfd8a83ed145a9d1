/** A screen that nobody touches for months: awake, reloaded at night, pointer hidden, pixels moved. */
import { effect } from '../lib.js';
import { hello, online, second } from '../live.js';
import { fmt } from '../prefs.js';
import { remember } from './data.js';

const POINTER_MS = 3000;
const SHIFT_MS = 300_000;

export function beginKiosk() {
  stayAwake();
  hidePointer();
  moveAgainstBurnIn();
  const first = document.documentElement.dataset.version;
  const bornDay = { n: /** @type {number | null} */ (null) };
  effect(() => {
    // A new version of the server brings new pages; the old page reloads itself, online only.
    if (first && online.value && hello.value?.ver && hello.value.ver !== first) again();
  });
  effect(() => {
    if (!second.value) return;
    const day = fmt.value.dayNumber(second.value);
    bornDay.n ??= day;
    const night = Number(new Intl.DateTimeFormat('en-GB', { timeZone: fmt.value.timeZone, hour: '2-digit', hourCycle: 'h23' }).format(second.value)) === 4;
    if (night && day !== bornDay.n && online.peek()) again();
  });
}

let reloading = false;
function again() {
  // Once per page life and not within a minute of the last: a wrong version must not loop.
  const last = Number(sessionStorage.getItem('callcenter-reload') ?? 0);
  if (reloading || Date.now() - last < 60_000) return;
  reloading = true;
  sessionStorage.setItem('callcenter-reload', String(Date.now()));
  remember();
  location.reload();
}

async function stayAwake() {
  // Only on TLS; a TV's own settings do it elsewhere.
  const ask = () => navigator.wakeLock?.request('screen').catch(() => {});
  await ask();
  document.addEventListener('visibilitychange', () => !document.hidden && ask());
}

function hidePointer() {
  let timer = 0;
  const show = () => {
    document.body.classList.remove('still');
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      document.body.classList.add('still');
      document.body.classList.remove('moved');
    }, POINTER_MS);
  };
  // A screen that nobody touches never shows the way to other pages, not even for its first seconds.
  addEventListener('pointermove', () => {
    document.body.classList.add('moved');
    show();
  });
  show();
}

function moveAgainstBurnIn() {
  let step = 0;
  setInterval(() => {
    step = (step + 1) % 4;
    document.documentElement.dataset.shift = String(step);
  }, SHIFT_MS);
}
