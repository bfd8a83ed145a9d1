/**
 * ULIDs from `getRandomValues`, which plain http has too (`randomUUID` is missing there). Sortable
 * by time, unique per command, so that the server can tell a repeat from a second wish.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param {number} ms epoch ms @param {(bytes: Uint8Array) => Uint8Array} [fill] */
export function ulid(ms, fill = (bytes) => crypto.getRandomValues(bytes)) {
  let time = '';
  let rest = Math.max(0, Math.floor(ms));
  for (let i = 0; i < 10; i += 1) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time + Array.from(fill(new Uint8Array(16)), (b) => ALPHABET[b % 32]).join('');
}
