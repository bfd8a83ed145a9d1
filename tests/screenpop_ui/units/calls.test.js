import assert from 'node:assert/strict';
import test from 'node:test';
import { isoDay, looksLikeNumber, parseFilters, questionOf, searchOf, sumsOf } from '../../../screenpop_ui/static/app/calls/filters.js';

const NONE = { day: null, queue: '', agent: '', outcome: '', customer: '', number: '' };
const DAY = Date.parse('2026-11-22T00:00:00Z') / 86_400_000;

test('an address without anything is the calls of today', () => {
  assert.deepEqual(parseFilters(''), NONE);
  assert.equal(searchOf(NONE), '');
});

test('filters go into the address and come back the same', () => {
  const filters = { ...NONE, day: DAY, queue: 'vip & more', agent: 'pbx1:PJSIP/1001', outcome: 'abandoned', customer: '7', number: '+98912' };
  assert.deepEqual(parseFilters(searchOf(filters)), filters);
  assert.ok(searchOf(filters).startsWith('?day=2026-11-22&'));
  assert.equal(parseFilters(searchOf({ ...NONE, day: 'any' })).day, 'any');
});

test('what cannot be in an address is as if it were not there', () => {
  assert.deepEqual(parseFilters('?day=tomorrow&outcome=lovely&customer=x'), NONE);
  assert.deepEqual(parseFilters('?day=2026-13-77'), NONE);
});

test('a day is asked for from midnight to midnight of the site', () => {
  const query = new URL(questionOf({ ...NONE, queue: 'sales' }, { today: DAY, timeZone: 'Asia/Tehran', limit: 50 }), 'http://x').searchParams;
  assert.equal(query.get('from'), '2026-11-21T20:30:00.000Z');
  assert.equal(query.get('to'), '2026-11-22T20:30:00.000Z');
  assert.deepEqual([query.get('queue'), query.get('limit'), query.get('cursor')], ['sales', '50', null]);
  assert.equal(isoDay(DAY), '2026-11-22');
});

test('any day has no bounds, and the next page its cursor', () => {
  const query = new URL(questionOf({ ...NONE, day: 'any' }, { today: DAY, timeZone: 'UTC', limit: 50, cursor: 'abc' }), 'http://x').searchParams;
  assert.deepEqual([query.get('from'), query.get('to'), query.get('cursor')], [null, null, 'abc']);
});

test('a number is told from a name', () => {
  for (const text of ['0912 345', '+98 (912) 345-67', '100']) assert.ok(looksLikeNumber(text), text);
  for (const text of ['Maria', '12', 'A 100', '', '+-()']) assert.ok(!looksLikeNumber(text), text);
});

test('the sums of a call leave out what is not known', () => {
  const call = { visits: [{ wait_ms: 4000 }, { wait_ms: null }], conversations: [{ talk_ms: 9000, hold_ms: 1000 }, { talk_ms: 1000, hold_ms: 0 }] };
  assert.deepEqual(sumsOf(call), { waited: 4000, talked: 10000, held: 1000 });
  assert.deepEqual(sumsOf({ visits: [], conversations: [] }), { waited: null, talked: null, held: null });
});
