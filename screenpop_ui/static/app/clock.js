/**
 * The server's time, whatever the PC's clock says (UI.md C.3). Pure: the monotonic time is passed
 * in. `offset` is server epoch ms minus the page's monotonic ms; the sample with the smallest round
 * trip of the last eight wins; small corrections are slewed so that a timer never jumps back.
 */
const KEPT = 8;
const JUMP_MS = 250;
const SLEW_MS_PER_S = 10;

export class ServerClock {
  constructor() {
    /** @type {{offset: number, rtt: number}[]} */
    this.samples = [];
    /** @type {number | null} */
    this.target = null;
    this.offset = 0;
    this.slewedAt = 0;
  }

  /** First guess, from the hello: no round trip known. @param {number} serverMs @param {number} mono */
  begin(serverMs, mono) {
    if (this.target !== null && Math.abs(serverMs - mono - this.offset) < JUMP_MS) return;
    this.samples = [];
    this.target = this.offset = serverMs - mono;
    this.slewedAt = mono;
  }

  /** A pong: sent at c0, received at c1 (both monotonic), server said s. */
  sample(c0, c1, s) {
    this.samples.push({ offset: s - (c0 + c1) / 2, rtt: c1 - c0 });
    if (this.samples.length > KEPT) this.samples.shift();
    const best = this.samples.reduce((a, b) => (b.rtt < a.rtt ? b : a));
    this.now(c1);
    this.target = best.offset;
    if (Math.abs(best.offset - this.offset) > JUMP_MS) this.offset = best.offset;
  }

  get known() {
    return this.target !== null;
  }

  get rtt() {
    return this.samples.length ? Math.min(...this.samples.map((one) => one.rtt)) : null;
  }

  /** Server epoch ms at the monotonic instant `mono`. @param {number} mono */
  now(mono) {
    if (this.target !== null && this.offset !== this.target) {
      const most = Math.max(0, (mono - this.slewedAt) / 1000) * SLEW_MS_PER_S;
      const gap = this.target - this.offset;
      this.offset += Math.abs(gap) <= most ? gap : Math.sign(gap) * most;
    }
    this.slewedAt = mono;
    return mono + this.offset;
  }
}
