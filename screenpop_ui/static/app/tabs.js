/**
 * Which of an agent's tabs acts on a pop. All tabs show the bar, one opens the record. The tabs
 * tell each other who they are over BroadcastChannel once a second; Web Locks would be simpler but
 * vanish on plain http. Three seconds of silence is a closed tab.
 *
 * @typedef {{tab: string, focused: boolean, audible: boolean, lastActive: number, seenAt: number}} Tab
 */
const BEAT_MS = 1000;
const GONE_MS = 3000;

/** True when `a` outranks `b`: focused, then audible, then most recently used, then the name. */
export function outranks(a, b) {
  if (a.focused !== b.focused) return a.focused;
  if (a.audible !== b.audible) return a.audible;
  if (a.lastActive !== b.lastActive) return a.lastActive > b.lastActive;
  return a.tab < b.tab;
}

/** The tab that acts, among those heard of within three seconds. @param {Tab[]} tabs @param {number} now */
export function actingTab(tabs, now) {
  const alive = tabs.filter((one) => now - one.seenAt < GONE_MS);
  return alive.reduce((best, one) => (best && !outranks(one, best) ? best : one), /** @type {Tab | null} */ (null));
}

export class Tabs {
  /**
   * @param {{id: string, channel: BroadcastChannel, wall: () => number, self: () => {focused: boolean, audible: boolean, lastActive: number},
   *   onOpened: (call: string, tab: string) => void}} parts
   */
  constructor(parts) {
    this.parts = parts;
    /** @type {Map<string, Tab>} */
    this.others = new Map();
    /** Calls that some tab has opened, by call id. @type {Map<string, string>} */
    this.opened = new Map();
    parts.channel.onmessage = (event) => this.take(event.data);
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    parts.channel.postMessage({ k: 'who' });
    this.beat();
  }

  me() {
    return { tab: this.parts.id, ...this.parts.self(), seenAt: this.parts.wall() };
  }

  beat() {
    this.parts.channel.postMessage({ k: 'tab', ...this.me() });
  }

  /** Gone at once rather than after three seconds of silence. */
  leave() {
    clearInterval(this.timer);
    this.parts.channel.postMessage({ k: 'bye', tab: this.parts.id });
  }

  take(message) {
    if (message.k === 'tab') {
      const { k, ...tab } = message;
      // Their wall clock is ours: BroadcastChannel stays on one machine.
      this.others.set(tab.tab, tab);
    } else if (message.k === 'who') {
      this.beat();
      for (const [call, tab] of this.opened) this.parts.channel.postMessage({ k: 'opened', call, tab });
    } else if (message.k === 'bye') {
      this.others.delete(message.tab);
    } else if (message.k === 'opened') {
      this.note(message.call, message.tab);
      this.parts.onOpened(message.call, message.tab);
    }
  }

  /** Whether this tab is the one to act now. */
  acts() {
    return actingTab([this.me(), ...this.others.values()], this.parts.wall())?.tab === this.parts.id;
  }

  note(call, tab) {
    this.opened.set(call, tab);
    if (this.opened.size > 200) this.opened.delete(this.opened.keys().next().value ?? '');
  }

  /** Tell the others that this tab shows the call's record. Returns false if it was known already. */
  open(call) {
    const fresh = !this.opened.has(call);
    this.note(call, this.parts.id);
    this.parts.channel.postMessage({ k: 'opened', call, tab: this.parts.id });
    return fresh;
  }
}
