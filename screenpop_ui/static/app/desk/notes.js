/**
 * The words of one call on their way to the server (UI.md C.5). Text lives in the text field; this
 * follows it: to IndexedDB 150 ms after a key, to the server 600 ms after the last key and at least
 * every 3 s. The draft is deleted only when the server has said yes to exactly these words.
 *
 * @typedef {'idle' | 'typing' | 'saved' | 'local' | 'conflict'} NoteState
 */
const LOCAL_MS = 150;
const SERVER_MS = 600;
const AT_LEAST_MS = 3000;
const RETRY_MS = 5000;

export class NoteKeeper {
  /**
   * @param {{call: string, user: string, ask: (frame: any) => Promise<any>, wall: () => number,
   *   drafts: {put: (d: any) => Promise<void>, remove: (user: string, call: string) => Promise<void>},
   *   onChange: () => void}} parts
   */
  constructor(parts) {
    this.parts = parts;
    this.text = '';
    this.saved = '';
    this.rev = 0;
    /** @type {NoteState} */
    this.state = 'idle';
    this.savedAt = 0;
    /** The other version, when another tab was quicker. */
    this.theirs = '';
    this.inFlight = /** @type {string | null} */ (null);
    this.dirtySince = 0;
  }

  get dirty() {
    return this.text !== this.saved;
  }

  typed(text) {
    this.text = text;
    if (!this.dirty) return;
    if (this.state !== 'conflict') this.move('typing');
    this.dirtySince ||= this.parts.wall();
    clearTimeout(this.localTimer);
    this.localTimer = setTimeout(() => this.keep(), LOCAL_MS);
    const left = Math.max(0, AT_LEAST_MS - (this.parts.wall() - this.dirtySince));
    clearTimeout(this.serverTimer);
    this.serverTimer = setTimeout(() => this.flush(), Math.min(SERVER_MS, left));
  }

  keep() {
    const { user, call, drafts, wall } = this.parts;
    return drafts.put({ user, call, text: this.text, rev: this.rev, at: wall() });
  }

  /** Send now: on blur, when hidden, on leaving, after a reconnect. */
  async flush() {
    clearTimeout(this.serverTimer);
    if (!this.dirty || this.inFlight !== null || this.state === 'conflict') return;
    const words = this.text;
    this.inFlight = words;
    const result = await this.parts.ask({ t: 'note', call: this.parts.call, rev: this.rev, text: words });
    this.inFlight = null;
    this.dirtySince = 0;
    if (result.ok && !result.conflict) await this.accepted(words, result.rev);
    else if (result.code === 'stale' || result.conflict) this.collided(result.text, result.rev);
    else this.refused();
  }

  async accepted(words, rev) {
    this.saved = words;
    this.rev = rev ?? this.rev + 1;
    this.savedAt = this.parts.wall();
    if (this.dirty) {
      this.typed(this.text);
      return;
    }
    this.move('saved');
    clearTimeout(this.localTimer);
    await this.parts.drafts.remove(this.parts.user, this.parts.call);
  }

  refused() {
    this.keep();
    this.move('local');
    clearTimeout(this.serverTimer);
    this.serverTimer = setTimeout(() => this.flush(), RETRY_MS);
  }

  collided(theirs, rev) {
    const other = theirs ?? this.latest?.text ?? '';
    this.rev = rev ?? this.latest?.rev ?? this.rev;
    if (this.text.includes(other)) {
      // Ours already holds every word of theirs: nothing to choose.
      this.saved = other;
      this.flush();
      return;
    }
    this.theirs = other;
    this.keep();
    this.move('conflict');
  }

  /** The agent decided: their words added below, or left out. @returns {string} the text for the field */
  settle(withTheirs) {
    const text = withTheirs ? `${this.text}\n${this.theirs}`.slice(0, 2000) : this.text;
    this.saved = this.theirs;
    this.theirs = '';
    this.state = 'idle';
    this.typed(text);
    this.flush();
    return text;
  }

  /**
   * What the server has. Returns the text the field should take, or null to leave it alone.
   * @param {{text: string, rev: number} | null | undefined} note @param {boolean} focused
   */
  server(note, focused) {
    if (!note || note.rev < this.rev) return null;
    this.latest = note;
    if (note.text === this.inFlight || note.text === this.text) {
      this.rev = Math.max(this.rev, note.rev);
      return null;
    }
    if (note.rev === this.rev && this.rev > 0) return null;
    if (this.dirty || focused) return null;
    this.rev = note.rev;
    this.text = this.saved = note.text;
    return note.text;
  }

  /** A draft of an earlier life of this page. Its words win over an empty or older note. */
  restore(draft) {
    if (this.dirty || !draft.text || draft.text === this.saved) return false;
    this.rev = draft.rev;
    this.typed(draft.text);
    this.flush();
    return true;
  }

  move(state) {
    this.state = state;
    this.parts.onChange();
  }

  stop() {
    clearTimeout(this.localTimer);
    clearTimeout(this.serverTimer);
  }
}
