/** A small trend line. Time runs left to right in every language; gaps stay gaps. */
import { html } from '../lib.js';

/**
 * The pieces of the line: runs of known points. Pure.
 * @param {(number | null)[]} values @param {{w: number, h: number, lo: number, hi: number}} box
 */
export function runs(values, { w, h, lo, hi }) {
  const inset = 4;
  const step = values.length > 1 ? (w - 2 * inset) / (values.length - 1) : 0;
  const y = (v) => Math.round((h - inset - ((Math.min(hi, Math.max(lo, v)) - lo) / (hi - lo || 1)) * (h - 2 * inset)) * 10) / 10;
  /** @type {[number, number][][]} */
  const out = [];
  let run = null;
  values.forEach((v, i) => {
    if (v == null) { run = null; return; }
    if (!run) out.push((run = []));
    run.push([Math.round((inset + i * step) * 10) / 10, y(v)]);
  });
  return { runs: out, y };
}

/** Where the axis of a share starts: at 60 %, or just under the lowest point. @param {(number | null)[]} values */
export function shareFloor(values) {
  const known = (values ?? []).filter((v) => v != null);
  return Math.max(0, Math.min(0.6, ...known.map((v) => v - 0.05)));
}

export function Spark({ values, target = null, w = 150, h = 60, lo, hi, fill = false, cls = '' }) {
  const known = (values ?? []).filter((v) => v != null);
  const low = lo ?? Math.min(...known, target ?? Infinity, 0);
  const high = hi ?? Math.max(...known, target ?? -Infinity, low + 1e-9) * 1.08;
  if (!known.length) return html`<svg class="sp ${cls}" viewBox="0 0 ${w} ${h}" aria-hidden="true"></svg>`;
  const shape = runs(values, { w, h, lo: low, hi: high });
  const path = (run) => `M${run.map(([x, y]) => `${x} ${y}`).join(' L')}`;
  const last = shape.runs.at(-1)?.at(-1) ?? [0, 0];
  return html`<svg class="sp ${cls}" viewBox="0 0 ${w} ${h}" aria-hidden="true" preserveAspectRatio="none">
    ${target != null && html`<path class="tg" d="M0 ${shape.y(target)}H${w}" />`}
    ${fill && shape.runs.map((run) => run.length > 1 && html`<path class="fl" d="${path(run)} L${run.at(-1)[0]} ${h} L${run[0][0]} ${h}Z" />`)}
    ${shape.runs.map((run) => html`<path class="ln" d=${path(run)} />`)}
    <circle class="ed" cx=${last[0]} cy=${last[1]} r="5" /></svg>`;
}
