/**
 * Month grids for the date picker, Jalali for Persian and civil otherwise. Pure. Intl formats but
 * does not parse, so month starts are found by looking at neighbouring days. A day is a civil
 * `Date.UTC` number of days since the epoch; the time zone is only applied when an instant is made.
 */
const DAY_MS = 86_400_000;
const CALENDAR = { fa: 'en-u-ca-persian-nu-latn', en: 'en-u-ca-gregory-nu-latn', he: 'en-u-ca-gregory-nu-latn' };
// First day of the week, 0 = Sunday (UI.md B.1).
export const WEEK_START = { fa: 6, en: 1, he: 0 };

const readers = new Map();
function reader(lang) {
  if (!readers.has(lang)) {
    readers.set(lang, new Intl.DateTimeFormat(CALENDAR[lang] ?? CALENDAR.en, {
      timeZone: 'UTC', year: 'numeric', month: 'numeric', day: 'numeric',
    }));
  }
  return readers.get(lang);
}

/** Year, month and day of a day number in the language's calendar. */
export function partsOf(dayNumber, lang) {
  const p = Object.fromEntries(reader(lang).formatToParts(dayNumber * DAY_MS).map((x) => [x.type, x.value]));
  return { year: +p.year, month: +p.month, day: +p.day };
}

/** First day number of the month that `dayNumber` is in. */
export function monthStart(dayNumber, lang) {
  return dayNumber - partsOf(dayNumber, lang).day + 1;
}

/** First day number of the month `delta` (-1 or 1) away. */
export function shiftMonth(start, delta, lang) {
  return delta < 0 ? monthStart(start - 1, lang) : monthStart(start + 32, lang);
}

/** The weeks of a month: rows of 7, null outside. @returns {(number | null)[][]} */
export function monthGrid(dayNumber, lang) {
  const start = monthStart(dayNumber, lang);
  const next = shiftMonth(start, 1, lang);
  const lead = (((start + 4) % 7) - WEEK_START[lang] + 7) % 7; // day 0 was a Thursday
  const cells = [...Array(lead).fill(null), ...Array.from({ length: next - start }, (_, i) => start + i)];
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, row) => cells.slice(row * 7, row * 7 + 7));
}

/** The instant of a wall-clock time on a day in a zone; on a gap the later offset wins. */
export function instantOf(dayNumber, minutes, timeZone) {
  const wanted = dayNumber * DAY_MS + minutes * 60_000;
  const zone = new Intl.DateTimeFormat('en-CA', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  });
  const shown = (ms) => {
    const p = Object.fromEntries(zone.formatToParts(ms).map((x) => [x.type, x.value]));
    return Date.UTC(+p.year, +p.month - 1, +p.day, +p.hour, +p.minute);
  };
  let ms = wanted;
  for (let i = 0; i < 3; i += 1) ms += wanted - shown(ms);
  return ms;
}
