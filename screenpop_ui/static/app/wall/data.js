/** What the wall shows: the live topic, or the last picture of an earlier life of this page. */
import { computed, signal } from '../lib.js';
import { lastHeard, phase, second, stale, topicData } from '../live.js';
import { zone } from '../prefs.js';

const KEY = 'callcenter-wall';
const live = topicData('wall');
const old = signal(/** @type {{at: number, d: any, tz: string} | null} */ (null));

export const wall = computed(() => live.value ?? old.value?.d ?? null);
/** True while only the remembered picture is there. */
export const remembered = computed(() => !live.value && old.value !== null);
/** True when the picture must not be taken for the present: no levels, no ticking, veil. */
export const aged = computed(() => stale.value || (remembered.value && phase.value !== 'connecting'));
export const seenAt = computed(() => (live.value ? lastHeard.value : old.value?.at ?? 0));

/** A telephone system that the service does not hear: [name, {up, since}], or null. */
export const silent = computed(() => Object.entries(wall.value?.pbx ?? {}).find(([, one]) => !one.up) ?? null);
/** True when what is shown may no longer be so, whoever is to blame: veil, no levels, no ticking. */
export const veiled = computed(() => aged.value || silent.value !== null);

/** The instant that waits are counted to: it stands still while the picture is old. */
export const present = computed(() => (aged.value ? seenAt.value : silent.value?.[1].since ?? second.value));

/** A reload is never blank: the last picture is shown, marked as old. */
export function recall() {
  try {
    old.value = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (old.value?.tz) zone.value = old.value.tz;
  } catch {
    old.value = null;
  }
}

export function remember() {
  if (!live.peek()) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ at: lastHeard.peek(), d: live.peek(), tz: zone.peek() }));
  } catch {
    // A full or forbidden store costs only the picture after a reload.
  }
}
addEventListener('pagehide', remember);
