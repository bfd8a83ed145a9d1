/**
 * The catalogue: `message(catalogue, rules, id, params)`. Pure. A message is a text with `{name}`
 * holes, or plural forms chosen by `params.n`. Texts put into a hole are isolated (FSI ... PDI), so
 * that a Latin name cannot turn a Persian sentence around.
 */
const FSI = '\u2068';
const PDI = '\u2069';

/** @param {Record<string, any>} catalogue @param {string} id @param {number} [n] @param {Intl.PluralRules} [rules] */
function textOf(catalogue, id, n, rules) {
  const entry = catalogue[id];
  if (entry === undefined) return id;
  if (typeof entry === 'string') return entry;
  const form = rules && typeof n === 'number' ? rules.select(n) : 'other';
  return entry[form] ?? entry.other;
}

/**
 * @param {Record<string, any>} catalogue @param {{rules?: Intl.PluralRules, number?: (n: number) => string}} how
 * @param {string} id @param {Record<string, string | number>} [params]
 */
export function message(catalogue, how, id, params = {}) {
  const text = textOf(catalogue, id, /** @type {any} */ (params).n, how.rules);
  return text.replace(/\{(\w+)\}/g, (hole, name) => {
    const value = params[name];
    if (value === undefined) return hole;
    if (typeof value === 'number') return how.number ? how.number(value) : String(value);
    // What is already composed of isolates would find no strong letter and turn left to right.
    return value === '' || value.includes(FSI) ? value : FSI + value + PDI;
  });
}

/** The same, as parts: holes stay objects, for messages that contain elements. */
export function parts(catalogue, how, id, params = {}) {
  const text = textOf(catalogue, id, /** @type {any} */ (params).n, how.rules);
  return text.split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    return name && params[name] !== undefined ? params[name] : piece;
  });
}
