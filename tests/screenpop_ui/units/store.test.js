import { test } from 'node:test';
import assert from 'node:assert/strict';
import { applyFrame, setIn, slotOf } from '../../../screenpop_ui/static/app/store.js';

const at = (seq, d, epoch = 'e') => ({ agent: { n: 'agent:a', epoch, seq, at: 0, d } });

test('a snapshot replaces what was known', () => {
  const { topics, ask } = applyFrame(at(5, { old: 1 }), { t: 'snap', n: 'agent:a', epoch: 'x', seq: 2, at: 9, d: { fresh: 1 } });
  assert.deepEqual(topics.agent.d, { fresh: 1 });
  assert.equal(topics.agent.epoch, 'x');
  assert.deepEqual(ask, []);
});

test('a delta changes one leaf and shares the rest', () => {
  const before = at(5, { calls: { a: { phase: 'ringing' }, b: { phase: 'held' } } });
  const { topics } = applyFrame(before, { t: 'd', n: 'agent:a', epoch: 'e', seq: 6, d: [['calls', 'a', 'phase', 'talking']] });
  assert.equal(topics.agent.d.calls.a.phase, 'talking');
  assert.equal(topics.agent.d.calls.b, before.agent.d.calls.b);
  assert.equal(before.agent.d.calls.a.phase, 'ringing');
});

test('a null removes the entry of a map', () => {
  assert.deepEqual(setIn({ calls: { a: 1, b: 2 } }, ['calls', 'a', null]), { calls: { b: 2 } });
});

test('a path that is not there yet is made', () => {
  assert.deepEqual(setIn({}, ['queues', 'q', 'waiting', 7]), { queues: { q: { waiting: 7 } } });
});

test('a gap asks for the topic again and keeps the old picture', () => {
  const { topics, ask } = applyFrame(at(5, { n: 1 }), { t: 'd', n: 'agent:a', epoch: 'e', seq: 7, d: [['n', 2]] });
  assert.deepEqual(ask, ['agent']);
  assert.equal(topics.agent.d.n, 1);
});

test('another epoch asks for the topic again', () => {
  assert.deepEqual(applyFrame(at(5, {}), { t: 'd', n: 'agent:a', epoch: 'other', seq: 6, d: [] }).ask, ['agent']);
});

test('a delta that came before is ignored', () => {
  const { topics, ask } = applyFrame(at(5, { n: 1 }), { t: 'd', n: 'agent:a', epoch: 'e', seq: 5, d: [['n', 9]] });
  assert.equal(topics.agent.d.n, 1);
  assert.deepEqual(ask, []);
});

test('a pop puts the card among the calls once, however often it rings', () => {
  const pop = (seq, attempt) => ({ t: 'pop', id: 'c', n: 'agent:a', seq, attempt, call: { id: 'c', phase: 'ringing' } });
  let { topics } = applyFrame(at(5, { calls: {}, pops: [] }), pop(6, 1));
  ({ topics } = applyFrame(topics, pop(7, 2)));
  assert.deepEqual(topics.agent.d.pops, ['c']);
  assert.equal(topics.agent.d.calls.c.attempt, 2);
});

test('a pop across a gap is shown at once and the topic asked for', () => {
  const { topics, ask } = applyFrame(at(5, { calls: {}, pops: [] }), { t: 'pop', id: 'c', n: 'agent:a', seq: 9, call: { id: 'c' } });
  assert.equal(topics.agent.d.calls.c.id, 'c');
  assert.deepEqual(ask, ['agent']);
});

test('a repeated pop does not undo that the call was answered', () => {
  const calls = { c: { id: 'c', phase: 'talking' } };
  const { topics } = applyFrame(at(9, { calls, pops: [] }), { t: 'pop', id: 'c', n: 'agent:a', seq: 6, call: { id: 'c', phase: 'ringing' } });
  assert.equal(topics.agent.d.calls.c.phase, 'talking');
});

test('a late customer is merged and settles a pending match', () => {
  const calls = { c: { id: 'c', match: 'pending', cust: null } };
  const done = applyFrame(at(5, { calls, pops: ['c'] }), { t: 'pop2', id: 'c', cust: { id: 1, name: 'N' } });
  assert.equal(done.topics.agent.d.calls.c.match, 'one');
  assert.equal(done.topics.agent.d.calls.c.cust.name, 'N');
  const none = applyFrame(at(5, { calls, pops: ['c'] }), { t: 'pop2', id: 'c', cust: null });
  assert.equal(none.topics.agent.d.calls.c.match, 'none');
});

test('the end of an offer takes the bar away; an answered call goes on', () => {
  const calls = { c: { id: 'c', phase: 'ringing' } };
  const missed = applyFrame(at(5, { calls, pops: ['c'] }), { t: 'popend', id: 'c', seq: 6, why: 'elsewhere' });
  assert.deepEqual(missed.topics.agent.d.pops, []);
  assert.equal(missed.topics.agent.d.calls.c.phase, 'done');
  const answered = applyFrame(at(5, { calls, pops: ['c'] }), { t: 'popend', id: 'c', seq: 6, why: 'answered' });
  assert.equal(answered.topics.agent.d.calls.c.phase, 'ringing');
  assert.equal(answered.topics.agent.seq, 6);
});

test('a topic that is gone is forgotten', () => {
  assert.deepEqual(applyFrame(at(5, {}), { t: 'gone', n: 'agent:a' }).topics, {});
  assert.equal(slotOf('agent:pbx1:PJSIP/1001'), 'agent');
});
