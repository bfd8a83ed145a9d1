/**
 * The link to the server: one WebSocket, its heartbeat, its reconnects and its commands (UI.md C).
 *
 * A dead link looks open to the browser, so twelve seconds of silence close it here. Commands are
 * never queued while offline: a late "available" is worse than an error.
 *
 * @typedef {{ok: boolean, code?: string, msg?: string, [more: string]: any}} Result
 */
const SILENCE_MS = 12_000;
const PING_MS = 15_000;
const COMMAND_MS = 3_000;
const BACKOFF_MS = [250, 500, 1000, 2000, 5000];

export class Link {
  /**
   * @param {{url: string, clock: import('./clock.js').ServerClock, mono: () => number,
   *   onFrame: (frame: any) => void, onOpen: () => void, onDown: () => void,
   *   socket?: (url: string) => WebSocket, random?: () => number}} parts
   */
  constructor(parts) {
    this.parts = parts;
    /** @type {WebSocket | null} */
    this.ws = null;
    this.tries = 0;
    this.ready = false;
    /** Monotonic instant of the last frame; staleness is counted from it. */
    this.heardAt = parts.mono();
    /** @type {Map<string, {resolve: (r: Result) => void, timer: any}>} */
    this.waiting = new Map();
    this.closed = false;
  }

  start() {
    this.closed = false;
    this.connect();
    this.watch = setInterval(() => this.check(), 1000);
    this.pinger = setInterval(() => this.ping(), PING_MS);
  }

  stop() {
    this.closed = true;
    clearInterval(this.watch);
    clearInterval(this.pinger);
    clearTimeout(this.retry);
    this.ws?.close();
  }

  connect() {
    clearTimeout(this.retry);
    const ws = (this.parts.socket ?? ((url) => new WebSocket(url)))(this.parts.url);
    this.ws = ws;
    this.openedAt = this.parts.mono();
    ws.onmessage = (event) => this.ws === ws && this.take(event.data);
    ws.onclose = () => this.ws === ws && this.down();
    ws.onerror = () => {};
  }

  /** At once instead of after the back-off: the network is back, or the tab is looked at again. */
  hurry() {
    if (!this.closed && !this.ws) this.connect();
  }

  take(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.heardAt = this.parts.mono();
    if (frame.t === 'hello') {
      this.tries = 0;
      this.ready = true;
      this.parts.clock.begin(frame.now, this.heardAt);
      this.parts.onFrame(frame);
      this.parts.onOpen();
      this.ping();
    } else if (frame.t === 'pong') {
      this.parts.clock.sample(frame.c, this.heardAt, frame.s);
    } else if (frame.t === 'res') {
      this.settle(frame.op, frame);
    } else if (frame.t === 'bye') {
      this.tries = 0;
      this.parts.onFrame(frame);
      if (frame.why === 'taken' || frame.why === 'revoked') this.closed = true;
    } else {
      this.parts.onFrame(frame);
    }
  }

  /** Closes a link that has been silent too long, or never said hello. */
  check() {
    if (this.ws && this.parts.mono() - Math.max(this.heardAt, this.openedAt) > SILENCE_MS) {
      const dead = this.ws;
      this.down();
      dead.close();
    }
  }

  down() {
    this.ws = null;
    this.ready = false;
    for (const op of [...this.waiting.keys()]) this.settle(op, { ok: false, code: 'offline' });
    this.parts.onDown();
    if (this.closed) return;
    const base = BACKOFF_MS[Math.min(this.tries, BACKOFF_MS.length - 1)];
    this.tries += 1;
    const jitter = 0.7 + 0.6 * (this.parts.random ?? Math.random)();
    this.retry = setTimeout(() => this.connect(), base * jitter);
  }

  /** @returns {boolean} whether the frame went out */
  send(frame) {
    if (!this.ready || this.ws?.readyState !== 1) return false;
    this.ws.send(JSON.stringify(frame));
    return true;
  }

  ping() {
    this.send({ t: 'ping', c: this.parts.mono() });
  }

  /** Send a frame that the server answers by `op`. @returns {Promise<Result>} */
  ask(frame, timeoutMs = COMMAND_MS) {
    return new Promise((resolve) => {
      if (!this.send(frame)) {
        resolve({ ok: false, code: 'offline' });
        return;
      }
      const timer = setTimeout(() => this.settle(frame.op, { ok: false, code: 'timeout' }), timeoutMs);
      this.waiting.set(frame.op, { resolve, timer });
    });
  }

  settle(op, result) {
    const waiter = this.waiting.get(op);
    if (!waiter) return;
    this.waiting.delete(op);
    clearTimeout(waiter.timer);
    waiter.resolve(result.ok === undefined ? { ok: !result.code, ...result } : result);
  }
}

/** How fresh the picture is (UI.md B.3). @param {number} ageMs since the last frame */
export function freshness(ageMs) {
  if (ageMs < 7_000) return 'live';
  if (ageMs <= 15_000) return 'delayed';
  return ageMs <= 300_000 ? 'stale' : 'lost';
}
