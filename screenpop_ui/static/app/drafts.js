/**
 * Unsaved text, kept on this computer until the server has it (UI.md C.5). IndexedDB where there is
 * one, memory where the browser refuses it. The key is user and call, so that a shared PC does not
 * show one agent's words to the next.
 *
 * @typedef {{user: string, call: string, text: string, rev: number, at: number}} Draft
 */
const NAME = 'callcenter-drafts';
export const KEEP_MS = 7 * 86_400_000;

export class Drafts {
  /** @param {IDBFactory | undefined} factory */
  constructor(factory = globalThis.indexedDB) {
    /** @type {Map<string, Draft>} */
    this.memory = new Map();
    /** @type {Promise<IDBDatabase | null>} */
    this.db = factory ? openIn(factory) : Promise.resolve(null);
  }

  /** @param {Draft} draft */
  async put(draft) {
    this.memory.set(`${draft.user} ${draft.call}`, draft);
    await this.run('readwrite', (store) => store.put(draft));
  }

  async remove(user, call) {
    this.memory.delete(`${user} ${call}`);
    await this.run('readwrite', (store) => store.delete([user, call]));
  }

  /** The user's drafts younger than seven days; older ones are deleted. @returns {Promise<Draft[]>} */
  async of(user, wallMs) {
    const all = (await this.run('readonly', (store) => store.getAll())) ?? [...this.memory.values()];
    const mine = all.filter((draft) => draft.user === user);
    for (const old of mine.filter((draft) => wallMs - draft.at > KEEP_MS)) await this.remove(user, old.call);
    return mine.filter((draft) => wallMs - draft.at <= KEEP_MS);
  }

  async run(mode, work) {
    const db = await this.db;
    if (!db) return null;
    return new Promise((resolve) => {
      try {
        const request = work(db.transaction('drafts', mode).objectStore('drafts'));
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
  }
}

function openIn(factory) {
  return new Promise((resolve) => {
    try {
      const request = factory.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('drafts', { keyPath: ['user', 'call'] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
