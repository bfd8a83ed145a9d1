/**
 * The one place that knows the vendored libraries, so that there is one copy of each and a change
 * of library touches one file.
 */
import { h, render, Fragment } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export const html = htm.bind(h);
export { h, render, Fragment };
export { useState, useRef, useEffect, useLayoutEffect, useMemo, useId } from '../vendor/hooks.js';
export {
  signal, computed, effect, batch, untracked, useSignal, useComputed,
} from '../vendor/signals.js';
