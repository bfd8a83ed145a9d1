import { test } from 'node:test';
import assert from 'node:assert/strict';
import { message, parts } from '../../../screenpop_ui/static/app/i18n.js';
import { Link, freshness } from '../../../screenpop_ui/static/app/net.js';
import { ServerClock } from '../../../screenpop_ui/static/app/clock.js';
import { ulid } from '../../../screenpop_ui/static/app/ids.js';
import { dwell, nextTurn, pagesOf } from '../../../screenpop_ui/static/app/wall/rotate.js';
import { runs } from '../../../screenpop_ui/static/app/wall/spark.js';

test('holes are isolated, numbers written in the page digits', () => {
  const how = { rules: new Intl.PluralRules('en'), number: (n) => `<${n}>` };
  const book = { a: '{name} has {n}', b: { one: '{n} call', other: '{n} calls' } };
  assert.equal(message(book, how, 'a', { name: 'X', n: 2 }), '\u2068X\u2069 has <2>');
  assert.equal(message(book, how, 'b', { n: 1 }), '<1> call');
  assert.equal(message(book, how, 'b', { n: 3 }), '<3> calls');
  assert.equal(message(book, how, 'missing'), 'missing');
  assert.deepEqual(parts(book, how, 'a', { name: { el: 1 } }), ['', { el: 1 }, ' has ', '{n}', '']);
});

test('what is composed of isolates is not isolated again', () => {
  assert.equal(message({ a: 'x {t}' }, {}, 'a', { t: '\u2068y\u2069, z' }), 'x \u2068y\u2069, z');
});

test('how fresh: live, delayed from 7 s, stale from 15 s, lost after five minutes', () => {
  assert.deepEqual([0, 6999, 7000, 15_000, 15_001, 300_001].map(freshness), ['live', 'live', 'delayed', 'delayed', 'stale', 'lost']);
});

/** A socket that never answers by itself. */
class Wire {
  constructor() { this.readyState = 1; this.sent = []; this.closed = 0; }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.closed += 1; }
  hears(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
}

function linked() {
  const wires = [];
  const state = { mono: 0, down: 0, frames: [] };
  const link = new Link({
    url: 'ws://x', clock: new ServerClock(), mono: () => state.mono, random: () => 0.5,
    onFrame: (frame) => state.frames.push(frame), onOpen: () => {}, onDown: () => { state.down += 1; },
    socket: () => { wires.push(new Wire()); return wires.at(-1); },
  });
  link.connect();
  return { link, wires, state };
}

test('twelve seconds of silence close a link that looks open', () => {
  const { link, wires, state } = linked();
  wires[0].hears({ t: 'hello', now: 5 });
  state.mono = 12_000;
  link.check();
  assert.equal(state.down, 0);
  state.mono = 12_001;
  link.check();
  assert.equal(state.down, 1);
  assert.equal(wires[0].closed, 1);
  link.stop();
});

test('a command is refused at once while offline, and never sent later', async () => {
  const { link, wires } = linked();
  assert.deepEqual(await link.ask({ t: 'cmd', op: '1', do: 'state.set' }), { ok: false, code: 'offline' });
  wires[0].hears({ t: 'hello', now: 5 });
  assert.deepEqual(wires[0].sent.filter((f) => f.t === 'cmd'), []);
  link.stop();
});

test('a lost link answers every waiting command with offline', async () => {
  const { link, wires } = linked();
  wires[0].hears({ t: 'hello', now: 5 });
  const answer = link.ask({ t: 'cmd', op: '1', do: 'state.set' });
  wires[0].onclose();
  assert.equal((await answer).code, 'offline');
  link.stop();
});

test('an answer reaches the command that asked', async () => {
  const { link, wires } = linked();
  wires[0].hears({ t: 'hello', now: 5 });
  const answer = link.ask({ t: 'cmd', op: '7', do: 'x' });
  wires[0].hears({ t: 'res', op: '7', ok: true, seq: 3 });
  assert.equal((await answer).seq, 3);
  link.stop();
});

test('text that is no JSON is not the end of the page', () => {
  const { link, wires, state } = linked();
  wires[0].onmessage({ data: '{' });
  assert.deepEqual(state.frames, []);
  link.stop();
});

test('ids sort by time and are 26 letters', () => {
  assert.ok(ulid(1000) < ulid(2000));
  assert.match(ulid(Date.now()), /^[0-9A-HJKMNP-TV-Z]{26}$/);
});

test('five queues a page, a cycle of at most a minute, no turning of one page', () => {
  assert.deepEqual(pagesOf(['a', 'b', 'c', 'd', 'e', 'f']), [['a', 'b', 'c', 'd', 'e'], ['f']]);
  assert.deepEqual(pagesOf([]), [[]]);
  assert.equal(dwell(2), 20_000);
  assert.equal(dwell(5), 12_000);
  assert.deepEqual(nextTurn({ page: 0, calm: 0 }, [true]), { page: 0, calm: 0 });
});

test('a critical page comes every second turn and all others still come', () => {
  let turn = { page: 0, calm: 0 };
  const seen = [];
  for (let i = 0; i < 8; i += 1) { turn = nextTurn(turn, [true, false, false]); seen.push(turn.page); }
  assert.deepEqual(seen, [1, 0, 2, 0, 1, 0, 2, 0]);
  turn = { page: 0, calm: 0 };
  const plain = [];
  for (let i = 0; i < 4; i += 1) { turn = nextTurn(turn, [false, false, false]); plain.push(turn.page); }
  assert.deepEqual(plain, [1, 2, 0, 1]);
});

test('a gap in a trend stays a gap', () => {
  const shape = runs([0, 1, null, 1], { w: 108, h: 60, lo: 0, hi: 1 });
  assert.equal(shape.runs.length, 2);
  assert.deepEqual(shape.runs[0][0], [4, 56]);
  assert.deepEqual(shape.runs[1], [[104, 4]]);
});
