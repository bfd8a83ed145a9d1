/**
 * Numbers, durations, dates and phone numbers as each language writes them. Pure; Intl does the
 * calendars. Persian pages show Persian digits and the Jalali calendar, the others Latin digits and
 * the civil calendar. Input of any digits is folded to ASCII by `ascii`.
 */
const LOCALE = { en: 'en-GB', fa: 'fa-IR-u-ca-persian-nu-arabext', he: 'he-IL' };
const PERSIAN = '۰۱۲۳۴۵۶۷۸۹';
const DAY_MS = 86_400_000;

/** Persian and Arabic-Indic digits to ASCII. @param {string} text */
export function ascii(text) {
  return text
    .replace(/[۰-۹]/g, (c) => String(c.charCodeAt(0) - 0x6f0))
    .replace(/[٠-٩]/g, (c) => String(c.charCodeAt(0) - 0x660));
}

/** `m:ss` under an hour, `h:mm:ss` above; negative counts as zero. @param {number} ms */
export function duration(ms, padMinutes = false) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const m = Math.floor(s / 60) % 60;
  const h = Math.floor(s / 3600);
  if (h) return `${h}:${two(m)}:${two(s % 60)}`;
  return `${padMinutes ? two(m) : m}:${two(s % 60)}`;
}

/**
 * @param {{lang: 'en' | 'fa' | 'he', tz?: string}} where
 */
export function makeFormat({ lang, tz }) {
  const locale = LOCALE[lang] ?? LOCALE.en;
  const timeZone = tz || 'UTC';
  const kept = new Map();
  const dates = (options) => {
    const key = JSON.stringify(options);
    if (!kept.has(key)) kept.set(key, new Intl.DateTimeFormat(locale, { timeZone, ...options }));
    return kept.get(key);
  };
  const part = (ms, type, options) =>
    dates(options).formatToParts(ms).find((p) => p.type === type)?.value ?? '';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const thisMoment = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');
  const digits = lang === 'fa' ? (text) => String(text).replace(/\d/g, (c) => PERSIAN[+c]) : String;
  const hm = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

  const day = (ms) => part(ms, 'day', { day: 'numeric' });
  const month = (ms, style = 'long') => part(ms, 'month', { day: 'numeric', month: style });
  const year = (ms) => part(ms, 'year', { year: 'numeric' });
  const weekday = (ms, style = 'long') => part(ms, 'weekday', { weekday: style });
  const joinDay = (ms, style) =>
    lang === 'he' ? `${day(ms)} ב${month(ms, style)}` : `${day(ms)} ${month(ms, style)}`;
  /** Days since the epoch on the site's own calendar day, for "today" and "yesterday". */
  const dayNumber = (ms) => {
    const p = Object.fromEntries(
      new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
        .formatToParts(ms).map((x) => [x.type, x.value]));
    return Date.UTC(+p.year, +p.month - 1, +p.day) / DAY_MS;
  };

  return {
    lang, locale, timeZone, digits, dayNumber, weekday, day, month, year,
    number: (n) => whole.format(n),
    /** The figure and its sign apart, for one isolate. @param {number} v share 0..1 */
    percent: (v, decimals = 0) => ({
      value: (decimals ? tenth : whole).format(v * 100),
      unit: lang === 'fa' ? '٪' : '%',
    }),
    duration: (ms, padMinutes) => digits(duration(ms, padMinutes)),
    time: (ms) => dates(hm).format(ms),
    timeSeconds: (ms) => dates({ ...hm, second: '2-digit' }).format(ms),
    dayMonth: (ms) => joinDay(ms),
    dayMonthYear: (ms) => `${joinDay(ms)} ${year(ms)}`,
    monthYear: (ms) => `${month(ms)} ${year(ms)}`,
    /** Composed from parts: the ready-made full style puts the Persian year first. */
    fullDate: (ms) =>
      lang === 'en' ? `${weekday(ms, 'short')} ${joinDay(ms, 'short')} ${year(ms)}`
        : `${weekday(ms)}${lang === 'he' ? ',' : ''} ${joinDay(ms)} ${year(ms)}`,
    wallDate: (ms) =>
      lang === 'en' ? `${weekday(ms, 'short')} ${joinDay(ms, 'short')}`
        : `${weekday(ms)}${lang === 'he' ? ',' : ''} ${joinDay(ms)}`,
    /** "3 minutes ago", "in 2 hours": the largest unit that fits. */
    relative: (ms, now) => {
      const s = Math.round((ms - now) / 1000);
      if (Math.abs(s) < 60) return thisMoment;
      const [unit, size] = Math.abs(s) < 3600 ? ['minute', 60]
        : Math.abs(s) < DAY_MS / 1000 ? ['hour', 3600] : ['day', DAY_MS / 1000];
      // CLDR's Hebrew has a word for one and for two and the digit beside it: "an hour (1)".
      return relative.format(Math.trunc(s / size), unit).replace(/ \([12]\)/, '');
    },
    /** A national number as people read it; the digits of the page. @param {string} text */
    phone: (text) => digits(text),
  };
}
