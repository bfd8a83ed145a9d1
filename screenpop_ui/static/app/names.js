/** What ids are called: queues by their titles, agents, dispositions. Read once, and again on demand. */
import { signal } from './lib.js';
import { read } from './api.js';
import { lang } from './prefs.js';

/** @type {import('./lib.js').Signal<{queues: Record<string, Record<string, string>>, agents: {id: string, name: string}[], dispositions: any[]}>} */
export const names = signal({ queues: {}, agents: [], dispositions: [] });

export async function loadNames() {
  const answer = await read('/api/v1/names');
  if (answer.ok) names.value = answer.body;
}

/** A queue's title in the page's language, else its name. @param {string} id */
export function queueTitle(id) {
  const folded = id.toLowerCase();
  const own = names.value.queues[id] ?? Object.entries(names.value.queues).find(([name]) => name.toLowerCase() === folded)?.[1];
  return own?.[lang.value] || id;
}

/** The name of a disposition; the code if it was retired since. @param {string} code */
export function dispositionTitle(code) {
  const one = names.value.dispositions.find((each) => each.code === code);
  return one ? one[lang.value] || one.en : code;
}

/** @param {string} id */
export const agentTitle = (id) => names.value.agents.find((each) => each.id === id)?.name ?? id;
