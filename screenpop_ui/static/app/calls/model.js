/** The list's state: filters in the address, pages of calls, whose names were asked for. */
import { batch, effect, signal, untracked } from '../lib.js';
import { read } from '../api.js';
import { hello, now } from '../live.js';
import { fmt } from '../prefs.js';
import { parseFilters, questionOf, searchOf } from './filters.js';

const PAGE = 50;
const MOST = 500;

export const filters = signal(parseFilters(location.search));
/** @type {import('../lib.js').Signal<{state: 'reading' | 'there' | 'failed', items: any[], cursor: string, code: string, today: number}>} */
export const list = signal({ state: 'reading', items: [], cursor: '', code: '', today: 0 });
/** Customers by id, for the names of their calls. */
export const people = signal(/** @type {Record<string, any>} */ ({}));
let turn = 0;

/** @param {string} id */
export const address = (id) => `/calls/${encodeURIComponent(id)}`;
export const todayNumber = () => fmt.peek().dayNumber(now());

/** Changes filters; the address follows, Back brings the former list. @param {Partial<import('./filters.js').Filters>} change */
export function choose(change) {
  filters.value = { ...filters.peek(), ...change };
  history.pushState(null, '', `/calls${searchOf(filters.value)}`);
}

async function ask(limit, cursor) {
  const today = todayNumber();
  const answer = await read(questionOf(filters.peek(), { today, timeZone: fmt.peek().timeZone, limit, cursor }));
  return { answer, today };
}

export async function reload(wanted = PAGE) {
  const mine = (turn += 1);
  list.value = { ...list.peek(), state: 'reading' };
  const { answer, today } = await ask(Math.min(MOST, wanted), '');
  if (mine !== turn) return;
  batch(() => {
    list.value = answer.ok
      ? { state: 'there', items: answer.body.items, cursor: answer.body.next_cursor ?? '', code: '', today }
      : { state: 'failed', items: [], cursor: '', code: answer.code, today };
  });
  meet(list.peek().items);
}

export async function older() {
  const mine = turn;
  const before = list.peek();
  list.value = { ...before, state: 'reading' };
  const { answer } = await ask(PAGE, before.cursor);
  if (mine !== turn) return;
  if (!answer.ok) {
    list.value = { ...before, state: 'failed', code: answer.code };
    return;
  }
  const items = [...before.items, ...answer.body.items];
  list.value = { ...before, state: 'there', items, cursor: answer.body.next_cursor ?? '' };
  history.replaceState({ n: items.length }, '');
  meet(answer.body.items);
}

/** Asks once for the customers of these calls. @param {any[]} calls */
export async function meet(calls) {
  const known = people.peek();
  const ids = [...new Set(calls.map((call) => call.customer_id).filter((id) => id !== null && !(id in known)))];
  if (!ids.length) return;
  const answer = await read(`/api/v1/customers?ids=${ids.join(',')}`);
  if (answer.ok) people.value = { ...people.peek(), ...Object.fromEntries(answer.body.items.map((one) => [one.id, one])) };
}

/** Reads whenever the filters change; the site's day is only known after the first hello. */
export function beginList() {
  addEventListener('popstate', () => { filters.value = parseFilters(location.search); });
  let wanted = history.state?.n ?? PAGE;
  effect(() => {
    filters.value;
    if (!hello.value) return;
    untracked(() => reload(wanted));
    wanted = PAGE;
  });
}
