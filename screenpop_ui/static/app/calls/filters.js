/**
 * Which calls are listed: read from the address and written to it, so that a list can be shared.
 * Pure. A day in the address is civil (2026-11-22) whatever calendar the reader sees.
 */
import { instantOf } from '../calendar.js';

const DAY_MS = 86_400_000;
export const OUTCOMES = ['answered', 'abandoned', 'timed_out', 'key', 'emptied', 'withdrawn', 'refused', 'system', 'ivr', 'no_answer', 'busy', 'failed', 'unknown'];

/**
 * @typedef {{day: number | 'any' | null, queue: string, agent: string, outcome: string, customer: string, number: string}} Filters
 * `day`: days since the epoch; null is today
 */

/** @param {string} search @returns {Filters} */
export function parseFilters(search) {
  const query = new URLSearchParams(search);
  const text = (name) => query.get(name) ?? '';
  const day = text('day');
  const ms = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  return {
    day: day === 'any' ? 'any' : Number.isNaN(ms) ? null : ms / DAY_MS,
    queue: text('queue'),
    agent: text('agent'),
    outcome: OUTCOMES.includes(text('outcome')) ? text('outcome') : '',
    customer: /^\d+$/.test(text('customer')) ? text('customer') : '',
    number: text('number'),
  };
}

/** @param {number} day */
export const isoDay = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The address of a list, without what is usual. @param {Filters} filters */
export function searchOf(filters) {
  const query = new URLSearchParams();
  if (filters.day !== null) query.set('day', filters.day === 'any' ? 'any' : isoDay(filters.day));
  for (const name of ['queue', 'agent', 'outcome', 'customer', 'number']) if (filters[name]) query.set(name, filters[name]);
  const text = query.toString();
  return text ? `?${text}` : '';
}

/**
 * The question to the API. @param {Filters} filters
 * @param {{today: number, timeZone: string, limit: number, cursor?: string}} how `today`: the site's day
 */
export function questionOf(filters, { today, timeZone, limit, cursor = '' }) {
  const query = new URLSearchParams();
  if (filters.day !== 'any') {
    const day = filters.day ?? today;
    query.set('from', new Date(instantOf(day, 0, timeZone)).toISOString());
    query.set('to', new Date(instantOf(day + 1, 0, timeZone)).toISOString());
  }
  for (const name of ['queue', 'agent', 'outcome', 'customer', 'number']) if (filters[name]) query.set(name, filters[name]);
  query.set('limit', String(limit));
  if (cursor) query.set('cursor', cursor);
  return `/api/v1/calls?${query}`;
}

/** Whether a typed text is a telephone number and not a name. @param {string} text ASCII digits */
export const looksLikeNumber = (text) => /^\+?[\d\s().-]{3,}$/.test(text.trim()) && text.replace(/\D/g, '').length >= 3;

/** Sums of a call for its line in the list, ms; null when it has none. @param {any} call */
export function sumsOf(call) {
  const add = (list, name) => {
    const known = list.map((one) => one[name]).filter((one) => one !== null && one !== undefined);
    return known.length ? known.reduce((a, b) => a + b, 0) : null;
  };
  return { waited: add(call.visits, 'wait_ms'), talked: add(call.conversations, 'talk_ms'), held: add(call.conversations, 'hold_ms') };
}
