/**
 * The keys of the desk, by `event.code`: the same physical key in every layout. No global
 * single-letter keys (WCAG 2.1.4), no Ctrl+Shift (it switches direction on Windows), no Ctrl+Alt
 * (it is AltGr).
 */

/** @typedef {'notes' | 'open' | 'save' | 'search' | 'close'} Command */

/** What a key press asks for, or null. @param {KeyboardEvent} event @returns {Command | null} */
export function commandOf(event) {
  if (event.isComposing || event.repeat) return null;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (plain && event.code === 'F2') return 'notes';
  if (plain && event.code === 'F8') return 'open';
  if (plain && event.code === 'F9') return 'save';
  if (plain && event.code === 'Escape') return 'close';
  const onlyCtrl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (onlyCtrl && event.code === 'KeyK') return 'search';
  return null;
}

/** The digit 1..9 that a key press means, on the row or the number pad, else 0. */
export function digitOf(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return 0;
  return Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? 0);
}
