/**
 * Pages of queues and which comes next. Pure. Five queues a page; with one page nothing turns; a
 * page with a critical queue comes every second turn (UI.md B.3).
 */
export const PER_PAGE = 5;
export const MAX_CYCLE_MS = 60_000;
const DWELL_MS = 20_000;

/** @param {string[]} order worst first @returns {string[][]} */
export function pagesOf(order, perPage = PER_PAGE) {
  const pages = [];
  for (let i = 0; i < order.length; i += perPage) pages.push(order.slice(i, i + perPage));
  return pages.length ? pages : [[]];
}

/** Time a page stays, so that a whole cycle is at most a minute. */
export function dwell(pages) {
  return Math.max(10_000, Math.min(DWELL_MS, MAX_CYCLE_MS / Math.max(1, pages)));
}

/**
 * The turn after this one. `calm` is the place in the round of all pages; between two of them the
 * first critical page is shown again.
 * @param {{page: number, calm: number}} turn @param {boolean[]} critical per page
 */
export function nextTurn(turn, critical) {
  const n = critical.length;
  if (n < 2) return { page: 0, calm: 0 };
  const hot = critical.indexOf(true);
  if (hot >= 0 && turn.page !== hot) return { page: hot, calm: turn.calm };
  const calm = (turn.calm + 1) % n;
  return hot >= 0 && calm === hot ? { page: (calm + 1) % n, calm: (calm + 1) % n } : { page: calm, calm };
}
