import { test } from 'node:test';
import assert from 'node:assert/strict';
import { ServerClock } from '../../../screenpop_ui/static/app/clock.js';
import { duration, makeFormat, ascii } from '../../../screenpop_ui/static/app/fmt.js';
import { instantOf, monthGrid, monthStart, partsOf, shiftMonth } from '../../../screenpop_ui/static/app/calendar.js';

const DAY = 86_400_000;
const NOWRUZ_1405 = Date.UTC(2026, 2, 21);

test('the clock follows the sample with the smallest round trip', () => {
  const clock = new ServerClock();
  clock.begin(1_000_000, 100);
  clock.sample(1000, 1400, 2_000_000);
  clock.sample(2000, 2010, 2_002_000);
  clock.sample(3000, 3800, 2_003_500);
  assert.equal(clock.rtt, 10);
  assert.equal(clock.now(4000), 4000 + 2_002_000 - 2005);
});

test('a small correction is slewed at 10 ms a second, a large one jumps', () => {
  const clock = new ServerClock();
  clock.begin(10_000, 0);
  clock.sample(1000, 1000, 11_100);
  assert.ok(Math.abs(clock.now(2000) - 12_010) < 1);
  assert.ok(Math.abs(clock.now(22_000) - 32_100) < 1);
  clock.sample(30_000, 30_000, 99_000);
  assert.ok(Math.abs(clock.now(30_000) - 40_100) < 1, 'the better of equal round trips is the first');
  for (let i = 0; i < 8; i += 1) clock.sample(31_000, 31_000, 100_000);
  assert.equal(clock.now(31_000), 100_000);
});

test('durations: minutes and seconds, hours only when there are any, never negative', () => {
  assert.equal(duration(0), '0:00');
  assert.equal(duration(168_999), '2:48');
  assert.equal(duration(38_000, true), '00:38');
  assert.equal(duration(3_600_000), '1:00:00');
  assert.equal(duration(-5), '0:00');
});

test('Persian dates come in Persian order, digits and calendar', () => {
  const fa = makeFormat({ lang: 'fa', tz: 'Asia/Tehran' });
  assert.equal(fa.fullDate(NOWRUZ_1405 + DAY / 2), 'شنبه ۱ فروردین ۱۴۰۵');
  assert.equal(fa.duration(222_000, true), '۰۳:۴۲');
  assert.equal(fa.time(Date.UTC(2026, 9, 6, 7, 5)), '۱۰:۳۵');
  assert.deepEqual(fa.percent(0.041, 1), { value: '۴٫۱', unit: '٪' });
  assert.equal(fa.relative(0, 180_000), '۳ دقیقه پیش');
  assert.equal(fa.phone('0912 345 6789'), '۰۹۱۲ ۳۴۵ ۶۷۸۹');
});

test('Hebrew and English dates are civil', () => {
  const he = makeFormat({ lang: 'he', tz: 'Asia/Jerusalem' });
  assert.equal(he.fullDate(Date.UTC(2026, 9, 6, 9)), 'יום שלישי, 6 באוקטובר 2026');
  assert.equal(he.relative(0, 2 * 3_600_000), 'לפני שעתיים');
  assert.equal(he.relative(0, 3_600_000), 'לפני שעה');
  assert.equal(he.relative(0, 20 * 3_600_000), 'לפני 20 שעות');
  const en = makeFormat({ lang: 'en', tz: 'Asia/Tehran' });
  assert.equal(en.wallDate(Date.UTC(2026, 9, 6, 9)), 'Tue 6 Oct');
  assert.deepEqual(en.percent(0.784), { value: '78', unit: '%' });
});

test('"today" is the day of the site, not of the PC', () => {
  const fa = makeFormat({ lang: 'fa', tz: 'Asia/Tehran' });
  const before = Date.UTC(2026, 9, 6, 20, 29);
  assert.equal(fa.dayNumber(before + 2 * 60_000) - fa.dayNumber(before), 1);
});

test('typed digits of all three kinds become ASCII', () => {
  assert.equal(ascii('۰۹۱۲ ٣٤٥ 67'), '0912 345 67');
});

test('a Jalali month has its own length and starts on Saturday columns', () => {
  const start = monthStart(NOWRUZ_1405 / DAY + 12, 'fa');
  assert.deepEqual(partsOf(start, 'fa'), { year: 1405, month: 1, day: 1 });
  const grid = monthGrid(start, 'fa');
  assert.equal(grid.flat().filter((d) => d !== null).length, 31);
  assert.equal(grid[0][0], start, '1 Farvardin 1405 is a Saturday');
  const esfand = shiftMonth(start, -1, 'fa');
  assert.deepEqual(partsOf(esfand, 'fa'), { year: 1404, month: 12, day: 1 });
  assert.equal(monthGrid(esfand, 'fa').flat().filter((d) => d !== null).length, 29);
});

test('a civil month starts its week on Monday or Sunday', () => {
  const march = Date.UTC(2026, 2, 1) / DAY;
  assert.equal(monthGrid(march, 'en')[0].indexOf(march), 6);
  assert.equal(monthGrid(march, 'he')[0].indexOf(march), 0);
});

test('nine in the morning is nine at the site, in winter and in summer', () => {
  for (const day of [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)]) {
    const ms = instantOf(day / DAY, 9 * 60, 'Asia/Jerusalem');
    assert.equal(makeFormat({ lang: 'en', tz: 'Asia/Jerusalem' }).time(ms), '09:00');
  }
});
