/**
 * What the page knows of each topic, as a pure function of (state, frame). Imports nothing.
 *
 * A topic is a snapshot plus deltas of absolute values (UI.md C.1). A gap in `seq` or another
 * `epoch` means that something was missed: the topic is asked for again and the old state stays on
 * the screen until the new snapshot replaces it whole.
 *
 * @typedef {{n: string, epoch: string, seq: number, at: number, d: any}} Topic
 * @typedef {Record<string, Topic>} Topics keyed by slot: 'agent', 'queues', 'wall'
 * @typedef {{topics: Topics, ask: string[]}} Applied `ask`: slots that need a fresh snapshot
 */

/** The slot of a topic's name: `agent:pbx1:PJSIP/1001` is `agent`. @param {string} name */
export function slotOf(name) {
  return name.split(':', 1)[0];
}

/**
 * One absolute change; shares everything it does not touch. A null removes the key, so that
 * "unknown" and "gone" read the same.
 * @param {any} tree @param {any[]} change [...path, value]
 */
export function setIn(tree, change) {
  const value = change[change.length - 1];
  const walk = (node, depth) => {
    const key = change[depth];
    const copy = Array.isArray(node) ? node.slice() : { ...(node ?? {}) };
    if (depth === change.length - 2) {
      if (value === null && !Array.isArray(copy)) delete copy[key];
      else copy[key] = value;
    } else {
      copy[key] = walk(copy[key], depth + 1);
    }
    return copy;
  };
  return change.length < 2 ? tree : walk(tree, 0);
}

/**
 * @param {Topics} topics @param {any} frame a snap, d, pop, pop2, popend or gone
 * @returns {Applied}
 */
export function applyFrame(topics, frame) {
  if (frame.t === 'snap') {
    const { n, epoch, seq, at, d } = frame;
    return { topics: { ...topics, [slotOf(n)]: { n, epoch, seq, at, d } }, ask: [] };
  }
  if (frame.t === 'gone') {
    const rest = { ...topics };
    delete rest[slotOf(frame.n)];
    return { topics: rest, ask: [] };
  }
  const slot = frame.n ? slotOf(frame.n) : 'agent';
  const topic = topics[slot];
  if (!topic) return { topics, ask: [] };
  if (frame.t === 'd') return applyDelta(topics, slot, topic, frame);
  if (frame.t === 'pop' || frame.t === 'pop2' || frame.t === 'popend') {
    return applyPop(topics, slot, topic, frame);
  }
  return { topics, ask: [] };
}

function applyDelta(topics, slot, topic, frame) {
  if (frame.seq <= topic.seq) return { topics, ask: [] };
  if (frame.seq !== topic.seq + 1 || (frame.epoch && frame.epoch !== topic.epoch)) {
    return { topics, ask: [slot] };
  }
  const d = frame.d.reduce(setIn, topic.d);
  const at = frame.at ?? topic.at;
  return { topics: { ...topics, [slot]: { ...topic, seq: frame.seq, at, d } }, ask: [] };
}

/** Pops are never held back by a gap: the caller is on the line now. */
function applyPop(topics, slot, topic, frame) {
  const ask = frame.seq != null && frame.seq > topic.seq + 1 ? [slot] : [];
  const seq = frame.seq === topic.seq + 1 ? frame.seq : topic.seq;
  const known = topic.d.calls?.[frame.id];
  let d = topic.d;
  if (frame.t === 'pop') {
    // A repeat of an older pop must not undo what a newer delta already said.
    if (frame.seq != null && frame.seq <= topic.seq && known) return { topics, ask: [] };
    const pops = d.pops ?? [];
    const call = { ...frame.call, attempt: frame.attempt ?? frame.call.attempt };
    d = {
      ...d,
      calls: { ...d.calls, [frame.id]: call },
      pops: pops.includes(frame.id) ? pops : [...pops, frame.id],
    };
  } else if (frame.t === 'pop2' && known) {
    const { t, id, n, seq: _seq, ...late } = frame;
    const call = { ...known, ...late };
    if (late.match == null && known.match === 'pending') call.match = late.cust ? 'one' : 'none';
    d = { ...d, calls: { ...d.calls, [frame.id]: call } };
  } else if (frame.t === 'popend') {
    d = endPop(d, frame);
  }
  return { topics: { ...topics, [slot]: { ...topic, seq, d } }, ask };
}

/** An offer is over: answered calls go on, all others leave the screen with their bar. */
function endPop(d, frame) {
  const pops = (d.pops ?? []).filter((id) => id !== frame.id);
  const call = d.calls?.[frame.id];
  const calls = { ...d.calls };
  if (call && frame.why !== 'answered' && call.phase === 'ringing') {
    calls[frame.id] = { ...call, phase: 'done', missed: frame.why };
  }
  return { ...d, pops, calls };
}
