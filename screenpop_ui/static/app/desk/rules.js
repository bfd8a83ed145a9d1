/**
 * What the desk does when something happens to a call. Pure; the tables of UI.md B.2 in code.
 *
 * @typedef {{id: string, phase: string, ring_at?: number, disposition?: string | null, missed?: string, [k: string]: any}} Card
 */
const LIVE = new Set(['ringing', 'talking', 'held', 'wrap_up']);
const TYPING_MS = 10_000;

/** Whether somebody is writing: focus in a field and a key in the last ten seconds. */
export function isTyping(inField, lastKeyAt, mono) {
  return inField && mono - lastKeyAt < TYPING_MS;
}

/**
 * What a pop may do to the screen; the first line that fits. 'hold' shows the bar and a button.
 * @param {{known: boolean, typing: boolean, unsaved: boolean, onCall: boolean, acts: boolean}} now
 * @returns {'same' | 'hold' | 'open'}
 */
export function decidePop({ known, typing, unsaved, onCall, acts }) {
  if (known) return 'same';
  if (typing || unsaved || onCall || !acts) return 'hold';
  return 'open';
}

/** Calls that still have a place on the screen. @param {Record<string, Card>} calls @param {(id: string) => boolean} keeps whether the call holds unsaved words */
export function openCalls(calls, closed, keeps) {
  const rank = { talking: 0, held: 0, ringing: 1, wrap_up: 2 };
  return Object.values(calls)
    .filter((card) => {
      if (closed.has(card.id)) return false;
      if (LIVE.has(card.phase)) return true;
      return keeps(card.id) || (!card.missed && !card.disposition && card.answered_at != null);
    })
    .sort((a, b) => (rank[a.phase] ?? 3) - (rank[b.phase] ?? 3) || (b.ring_at ?? 0) - (a.ring_at ?? 0));
}

/**
 * The call bar: one whole bar, and the newest other ringing call in a compact one. A conversation
 * outranks a ring, a ring outranks wrap-up.
 * @param {Card[]} open as `openCalls` sorts them
 */
export function bars(open) {
  const live = open.filter((card) => LIVE.has(card.phase));
  const main = live[0] ?? null;
  const ringing = live.filter((card) => card.phase === 'ringing' && card !== main);
  const other = ringing[0] ?? live.find((card) => card !== main) ?? null;
  return { main, compact: other, more: Math.max(0, live.length - 2) };
}

/** Whether the save bar works, and if not the id of the sentence that says why. */
export function saveGate(card, choice, online) {
  if (!card) return { can: false, why: 'save.nocall' };
  if (card.phase === 'ringing' || card.phase === 'talking' || card.phase === 'held') {
    return { can: false, why: 'save.after' };
  }
  if (!choice) return { can: false, why: 'dispo.required' };
  if (!online) return { can: false, why: 'cmd.offline' };
  return { can: true, why: '' };
}

/** Share of the ring limit used, 0..1. */
export function ringShare(card, now) {
  if (!card.ring_limit_s) return 0;
  return Math.min(1, Math.max(0, (now - card.ring_at) / (card.ring_limit_s * 1000)));
}

/** How long the caller waited: up to the ring, or until now while nobody rings. */
export function waitedMs(card, now) {
  if (card.entered_at == null) return null;
  return Math.max(0, (card.ring_at ?? now) - card.entered_at);
}
