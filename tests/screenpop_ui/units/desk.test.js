import { test, mock } from 'node:test';
import assert from 'node:assert/strict';
import { bars, decidePop, isTyping, openCalls, ringShare, saveGate, waitedMs } from '../../../screenpop_ui/static/app/desk/rules.js';
import { NoteKeeper } from '../../../screenpop_ui/static/app/desk/notes.js';
import { actingTab, outranks } from '../../../screenpop_ui/static/app/tabs.js';
import { commandOf, digitOf } from '../../../screenpop_ui/static/app/keys.js';
import { Drafts } from '../../../screenpop_ui/static/app/drafts.js';

const calm = { known: false, typing: false, unsaved: false, onCall: false, acts: true };

test('a pop opens in place only when nothing is disturbed', () => {
  assert.equal(decidePop(calm), 'open');
  assert.equal(decidePop({ ...calm, known: true, typing: true }), 'same');
  for (const what of ['typing', 'unsaved', 'onCall']) assert.equal(decidePop({ ...calm, [what]: true }), 'hold', what);
  assert.equal(decidePop({ ...calm, acts: false }), 'hold');
});

test('typing is a key in the last ten seconds while a field has the focus', () => {
  assert.equal(isTyping(true, 1000, 10_999), true);
  assert.equal(isTyping(true, 1000, 11_000), false);
  assert.equal(isTyping(false, 1000, 1001), false);
});

test('a conversation outranks a ring, a ring outranks wrap-up', () => {
  const calls = {
    w: { id: 'w', phase: 'wrap_up', ring_at: 1 }, r: { id: 'r', phase: 'ringing', ring_at: 2 }, s: { id: 's', phase: 'ringing', ring_at: 3 },
  };
  const none = () => false;
  assert.deepEqual(openCalls(calls, new Set(), none).map((c) => c.id), ['s', 'r', 'w']);
  assert.equal(bars(openCalls(calls, new Set(), none)).main.id, 's');
  const talking = { ...calls, t: { id: 't', phase: 'talking', ring_at: 0 } };
  const shown = bars(openCalls(talking, new Set(), none));
  assert.deepEqual([shown.main.id, shown.compact.id, shown.more], ['t', 's', 2]);
});

test('a call that ended stays until it has a result; a missed one goes unless it holds words', () => {
  const calls = {
    done: { id: 'done', phase: 'done', answered_at: 5, disposition: null }, told: { id: 'told', phase: 'done', answered_at: 5, disposition: 'resolved' },
    missed: { id: 'missed', phase: 'done', missed: 'elsewhere' },
  };
  assert.deepEqual(openCalls(calls, new Set(), () => false).map((c) => c.id), ['done']);
  assert.deepEqual(openCalls(calls, new Set(['done']), (id) => id === 'missed').map((c) => c.id), ['missed']);
});

test('the save bar says why it does not work', () => {
  assert.equal(saveGate(null, '', true).why, 'save.nocall');
  assert.equal(saveGate({ phase: 'talking' }, 'x', true).why, 'save.after');
  assert.equal(saveGate({ phase: 'wrap_up' }, '', true).why, 'dispo.required');
  assert.equal(saveGate({ phase: 'wrap_up' }, 'x', false).why, 'cmd.offline');
  assert.deepEqual(saveGate({ phase: 'wrap_up' }, 'x', true), { can: true, why: '' });
});

test('waiting stops at the ring, the ring fills its limit', () => {
  assert.equal(waitedMs({ entered_at: 1000, ring_at: 39_000 }, 99_000), 38_000);
  assert.equal(waitedMs({ entered_at: null, ring_at: 1 }, 2), null);
  assert.equal(ringShare({ ring_at: 0, ring_limit_s: 20 }, 5000), 0.25);
  assert.equal(ringShare({ ring_at: 0, ring_limit_s: null }, 5000), 0);
});

test('of several tabs the focused one acts, then the audible, then the last used', () => {
  const tab = (name, more) => ({ tab: name, focused: false, audible: false, lastActive: 0, seenAt: 0, ...more });
  assert.ok(outranks(tab('z', { focused: true }), tab('a', { audible: true, lastActive: 9 })));
  assert.ok(outranks(tab('z', { audible: true }), tab('a', { lastActive: 9 })));
  assert.ok(outranks(tab('z', { lastActive: 9 }), tab('a')));
  assert.ok(outranks(tab('a'), tab('z')));
  assert.equal(actingTab([tab('a', { focused: true, seenAt: 0 }), tab('b', { seenAt: 5000 })], 5000).tab, 'b');
});

test('keys are physical, and never what Windows uses for direction or language', () => {
  const key = (code, more = {}) => commandOf({ code, ...more });
  assert.equal(key('F2'), 'notes');
  assert.equal(key('F9'), 'save');
  assert.equal(key('KeyK', { ctrlKey: true }), 'search');
  assert.equal(key('KeyK', { ctrlKey: true, shiftKey: true }), null);
  assert.equal(key('F9', { altKey: true }), null);
  assert.equal(key('F9', { repeat: true }), null);
  assert.equal(digitOf({ code: 'Numpad3' }), 3);
  assert.equal(digitOf({ code: 'Digit3', ctrlKey: true }), 0);
});

/** A keeper with a server that answers as told. */
function keeper(answers) {
  const sent = [];
  const drafts = new Drafts(undefined);
  const made = new NoteKeeper({
    call: 'c', user: 'u', drafts, wall: () => 1000, onChange: () => {},
    ask: async (frame) => { sent.push(frame); return answers.shift() ?? { ok: true, rev: frame.rev + 1 }; },
  });
  return { made, sent, drafts };
}

test('words go to this computer at once, to the server after a pause, and the draft only then away', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { made, sent, drafts } = keeper([]);
  made.typed('he');
  mock.timers.tick(150);
  assert.equal((await drafts.of('u', 1000))[0].text, 'he');
  made.typed('hello');
  mock.timers.tick(600);
  assert.deepEqual(sent.map((f) => [f.rev, f.text]), [[0, 'hello']]);
  mock.timers.reset();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(made.state, 'saved');
  assert.deepEqual(await drafts.of('u', 1000), []);
});

test('offline the draft stays and is sent again', async () => {
  const { made, sent, drafts } = keeper([{ ok: false, code: 'offline' }]);
  made.typed('kept');
  await made.flush();
  assert.equal(made.state, 'local');
  assert.equal((await drafts.of('u', 1000))[0].text, 'kept');
  await made.flush();
  assert.equal(sent.length, 2);
  assert.equal(made.state, 'saved');
  made.stop();
});

test('a stale revision keeps both versions until the agent decides', async () => {
  const { made, sent } = keeper([{ ok: false, code: 'stale', rev: 4, text: 'theirs' }]);
  made.typed('mine');
  await made.flush();
  assert.equal(made.state, 'conflict');
  assert.equal(made.theirs, 'theirs');
  assert.equal(made.text, 'mine');
  assert.equal(made.settle(true), 'mine\ntheirs');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([sent[1].rev, sent[1].text], [4, 'mine\ntheirs']);
  made.stop();
});

test('the server never writes into a field with unsaved words or with the focus', () => {
  const { made } = keeper([]);
  assert.equal(made.server({ text: 'from elsewhere', rev: 1 }, false), 'from elsewhere');
  assert.equal(made.server({ text: 'newer', rev: 2 }, true), null);
  made.typed('mine');
  assert.equal(made.server({ text: 'newest', rev: 3 }, false), null);
  made.stop();
});

test('drafts belong to one user and are forgotten after seven days', async () => {
  const drafts = new Drafts(undefined);
  await drafts.put({ user: 'u', call: 'a', text: 'x', rev: 0, at: 0 });
  await drafts.put({ user: 'v', call: 'a', text: 'y', rev: 0, at: 0 });
  assert.deepEqual((await drafts.of('u', 1)).map((d) => d.text), ['x']);
  assert.deepEqual(await drafts.of('u', 8 * 86_400_000), []);
});
