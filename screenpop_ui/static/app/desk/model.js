/** The desk's own state: which call is open, what is unsaved, who acts. Signals over the topics. */
import { batch, computed, effect, signal, untracked } from '../lib.js';
import { ask, command, hello, now, onFrame, send, topicData } from '../live.js';
import { Tabs } from '../tabs.js';
import { Drafts } from '../drafts.js';
import { NoteKeeper } from './notes.js';
import { bars, decidePop, isTyping, openCalls } from './rules.js';
import { ulid } from '../ids.js';
import { t, titled } from '../prefs.js';
import { queueTitle } from '../names.js';
import { announce, say } from '../voice.js';

export const agent = topicData('agent');
export const queues = topicData('queues');
/** The call whose record and work tab are shown. */
export const selected = signal(/** @type {string | null} */ (null));
/** A customer looked up by hand, shown instead of a record. */
export const viewing = signal(/** @type {any} */ (null));
const closed = signal(/** @type {Set<string>} */ (new Set()));
/** Last known cards of calls the server has dropped while words were unsaved. */
const kept = signal(/** @type {Record<string, any>} */ ({}));
/** Bumped when a note changes state; readers of keepers depend on it. */
export const noteBeat = signal(0);
/** Per call: disposition chosen here, reminder, forms with words in them. */
export const choices = signal(/** @type {Record<string, string>} */ ({}));
export const reminders = signal(/** @type {Record<string, {preset: string, due_at: number, text: string}>} */ ({}));
export const dirtyForms = signal(/** @type {Set<string>} */ (new Set()));
export const openedElsewhere = signal(/** @type {Set<string>} */ (new Set()));

const keepers = new Map();
const shown = new Set();
const answered = new Set();
const drafts = new Drafts();
const tabId = ulid(Date.now()).slice(-6);
let lastKeyAt = -Infinity;
let lastActive = Date.now();
/** @type {Tabs} */
let tabs;

const all = computed(() => ({ ...kept.value, ...agent.value?.calls }));
export const open = computed(() => {
  noteBeat.value;
  return openCalls(all.value, closed.value, (id) => Boolean(keepers.get(id)?.dirty || choices.value[id]));
});
export const bar = computed(() => bars(open.value));
export const current = computed(() => open.value.find((card) => card.id === selected.value) ?? null);
export const onCall = computed(() => open.value.some((c) => c.phase === 'talking' || c.phase === 'held'));
export const choiceOf = (card) => choices.value[card.id] ?? card.disposition ?? '';

/** The keeper of a call's words; made on first use. */
export function keeperOf(id) {
  if (!keepers.has(id)) {
    keepers.set(id, new NoteKeeper({
      call: id, user: hello.peek()?.me?.user ?? '', ask, drafts, wall: now,
      onChange: () => { noteBeat.value += 1; },
    }));
  }
  return keepers.get(id);
}

const inField = () => /** @type {HTMLElement | null} */ (document.activeElement)?.matches?.('input,textarea,select') ?? false;

function unsaved() {
  if (dirtyForms.peek().size) return true;
  for (const keeper of keepers.values()) if (keeper.dirty) return true;
  const card = current.peek();
  return Boolean(card && !card.missed && (choices.peek()[card.id] || reminders.peek()[card.id]) && card.phase !== 'ringing');
}

/** Show a call's record and tab. `byHand`: F8, a click, an answer. Focus is never moved. */
export function openCall(id, byHand = false) {
  batch(() => {
    selected.value = id;
    viewing.value = null;
    openedElsewhere.value = without(openedElsewhere.value, id);
  });
  const fresh = tabs?.open(id) ?? true;
  if (fresh || byHand) send({ t: 'popack', id, tab: tabId, what: 'opened', ms: 0 });
}

function without(set, id) {
  const copy = new Set(set);
  copy.delete(id);
  return copy;
}

/** Tell the server when the frame that shows the pop has been painted. */
function acknowledge(id, receivedAt) {
  const done = () => send({
    t: 'popack', id, tab: tabId, what: 'shown', ms: Math.round((performance.now() - receivedAt) * 10) / 10,
  });
  if (document.hidden) setTimeout(done);
  else requestAnimationFrame(() => requestAnimationFrame(done));
}

function arrived(id) {
  const card = agent.peek()?.calls?.[id];
  if (!card || card.phase !== 'ringing') return;
  const known = shown.has(id);
  shown.add(id);
  const decision = decidePop({
    known,
    typing: isTyping(inField(), lastKeyAt, performance.now()),
    unsaved: unsaved(),
    onCall: onCall.peek(),
    acts: tabs.acts() && !tabs.opened.has(id),
  });
  if (!known) announce(t('pop.aria', { name: nameOf(card), queue: queueName(card.queue) }));
  if (decision === 'open') openCall(id);
}

/** The acting tab was closed before anybody opened the call: the next one takes over. */
function takeOver() {
  for (const id of agent.peek()?.pops ?? []) {
    const card = agent.peek()?.calls?.[id];
    if (card?.phase === 'ringing' && !tabs.opened.has(id) && tabs.acts() && selected.peek() !== id
      && decidePop({ known: false, typing: isTyping(inField(), lastKeyAt, performance.now()), unsaved: unsaved(), onCall: onCall.peek(), acts: true }) === 'open') {
      openCall(id);
    }
  }
}

/** After a snapshot: acknowledge what rings, open the call in hand, bring drafts back. */
async function restored(receivedAt) {
  const data = agent.peek();
  for (const id of data.pops ?? []) {
    if (data.calls?.[id]?.phase === 'ringing') acknowledge(id, receivedAt);
    arrived(id);
  }
  const user = hello.peek()?.me?.user ?? '';
  for (const draft of await drafts.of(user, now())) {
    const keeper = keeperOf(draft.call);
    const note = agent.peek()?.calls?.[draft.call]?.note;
    if (note) keeper.server(note, false);
    if (keeper.restore(draft)) document.dispatchEvent(new CustomEvent('callcenter:note', { detail: draft.call }));
  }
  for (const keeper of keepers.values()) keeper.flush();
  for (const [id, code] of Object.entries(choices.peek())) {
    const card = data.calls?.[id];
    if (card && card.disposition !== code) sendChoice(id, code);
  }
}

function sendChoice(call, code) {
  const one = agent.peek()?.dispositions?.find((d) => d.code === code);
  return command('disposition.set', { call, disposition: code, resolved: one?.resolved ?? null });
}

/** Choose what came of the call. Kept here when offline, and sent with the next snapshot. */
export async function choose(card, code) {
  choices.value = { ...choices.value, [card.id]: code };
  const result = await sendChoice(card.id, code);
  if (!result.ok && result.code !== 'offline' && result.code !== 'timeout') {
    const { [card.id]: _, ...rest } = choices.value;
    choices.value = rest;
    say(errorText(result), 'warn');
  }
}

/** Disposition, note, reminder and "available" in one command. */
export async function finish(card) {
  const keeper = keeperOf(card.id);
  const code = choiceOf(card);
  const reminder = reminders.peek()[card.id];
  const one = agent.peek()?.dispositions?.find((d) => d.code === code);
  const result = await command('wrapup.done', {
    call: card.id, disposition: code, resolved: one?.resolved ?? null, note: keeper.text,
    follow_up: reminder ? { text: reminder.text || keeper.text.split('\n')[0].slice(0, 200), due_at: reminder.due_at } : null,
    ready: true,
  });
  if (!result.ok) {
    say(errorText(result), 'warn');
    return;
  }
  keeper.stop();
  keeper.saved = keeper.text;
  await drafts.remove(hello.peek()?.me?.user ?? '', card.id);
  batch(() => {
    closed.value = new Set([...closed.value, card.id]);
    const { [card.id]: _c, ...restChoices } = choices.value;
    const { [card.id]: _r, ...restReminders } = reminders.value;
    choices.value = restChoices;
    reminders.value = restReminders;
    noteBeat.value += 1;
  });
  say(t('save.done'), 'ok');
}

export const errorText = (result) => {
  const id = `err.${result.code ?? 'internal'}`;
  const text = t(id);
  return text === id ? result.msg || t('err.internal') : text;
};

export const nameOf = (card) =>
  card.cust?.name || (card.presentation === 'withheld' ? t('caller.private')
    : card.match === 'many' ? t('pop.multi', { n: card.matches?.length ?? 2 }) : card.name || t('caller.unknown'));
/** Of queues that he does not serve the topic tells nothing: those are in the names of the house. */
export const queueName = (id) => (queues.value?.queues?.[id] ? titled(queues.value.queues[id], id) : queueTitle(id ?? ''));

export function beginDesk() {
  tabs = new Tabs({
    id: tabId,
    channel: new BroadcastChannel('callcenter-desk'),
    wall: Date.now,
    self: () => ({ focused: document.hasFocus(), audible: navigator.userActivation?.hasBeenActive ?? false, lastActive }),
    onOpened: (call, tab) => {
      if (tab !== tabId && selected.peek() !== call) openedElsewhere.value = new Set([...openedElsewhere.value, call]);
    },
  });
  addEventListener('keydown', () => { lastKeyAt = performance.now(); lastActive = Date.now(); }, true);
  addEventListener('pointerdown', () => { lastActive = Date.now(); }, true);
  for (const name of ['focus', 'blur']) addEventListener(name, () => { lastActive = Date.now(); tabs.beat(); });
  document.addEventListener('visibilitychange', () => {
    for (const keeper of keepers.values()) keeper.flush();
  });
  addEventListener('pagehide', () => {
    for (const keeper of keepers.values()) { if (keeper.dirty) keeper.keep(); keeper.flush(); }
    tabs.leave();
  });
  setInterval(takeOver, 1000);
  onFrame((frame) => {
    const at = performance.now();
    if (frame.t === 'pop') {
      acknowledge(frame.id, at);
      untracked(() => arrived(frame.id));
    } else if (frame.t === 'snap' && frame.n.startsWith('agent:')) {
      untracked(() => restored(at));
    }
  });
  effect(keepSelection);
  effect(followAnswer);
  effect(keepWords);
}

/** Something is always selected while there is a call; a call that left gives way. */
function keepSelection() {
  const list = open.value;
  const here = untracked(() => selected.value);
  if (here && list.some((card) => card.id === here)) return;
  selected.value = list.find((card) => card.phase !== 'ringing')?.id ?? null;
}

/** Answering is the agent's own act, so it opens the record, unless words are being written. */
function followAnswer() {
  const talking = open.value.find((card) => card.phase === 'talking');
  if (!talking) return;
  untracked(() => {
    if (selected.value === talking.id || answered.has(talking.id)) return;
    answered.add(talking.id);
    const typing = isTyping(inField(), lastKeyAt, performance.now());
    if (decidePop({ known: false, typing, unsaved: unsaved(), onCall: false, acts: true }) === 'open') openCall(talking.id);
  });
}

/** A call the server has dropped stays while it holds unsaved words. */
function keepWords() {
  const calls = agent.value?.calls ?? {};
  const before = untracked(() => kept.value);
  /** @type {Record<string, any>} */
  const next = {};
  for (const [id, keeper] of keepers) {
    const card = calls[id] ?? before[id];
    if (card && keeper.dirty && !untracked(() => closed.value).has(id)) next[id] = calls[id] ?? { ...card, phase: 'done' };
  }
  noteBeat.value;
  if (JSON.stringify(Object.keys(next)) !== JSON.stringify(Object.keys(before)) || Object.keys(next).some((id) => next[id] !== before[id])) {
    kept.value = next;
  }
}
