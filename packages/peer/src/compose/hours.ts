import { weekMinutes, type WeekRange } from '@shoal/engine';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';

const dayMinutes = 1_440;
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const form = /^(?:(?<first>[a-z]+)(?:-(?<last>[a-z]+))?)?\s*(?:(?<from>\d{1,2}:\d{2})\s*-\s*(?<to>\d{1,2}:\d{2}))?$/;

/**
 * Reads hours such as `20:00-07:00`, `mon-fri 20:00-07:00` or `sat-sun`, several with commas between them. Fails with
 * `options-invalid`, naming the part that cannot be read.
 */
export function parseHours(texts: readonly string[]): WeekRange[] {
  const parts = texts.flatMap((text) => text.split(','));
  if (parts.length > peerDefaults.maxHoursRanges) throw refused(`of ${parts.length} parts`, `at most ${peerDefaults.maxHoursRanges}`);
  return parts.flatMap((part) => rangesOf(part.trim().toLowerCase()));
}

function rangesOf(part: string): WeekRange[] {
  const { first, last = first, from, to } = form.exec(part)?.groups ?? {};
  if (first === undefined && from === undefined) throw refused(`"${part}"`, 'a time of day such as 20:00-07:00, days such as mon-fri, or both');
  const days = first === undefined ? dayNames.keys().toArray() : daysOf(part, first, last as string);
  const [begin, end] = from === undefined ? [0, dayMinutes] : [minuteOf(part, from), minuteOf(part, to as string)];
  if (begin === end || begin === dayMinutes) throw refused(`"${part}"`, 'times that differ; the whole day is 00:00-24:00');
  const length = end > begin ? end - begin : end - begin + dayMinutes;
  return days.map((day) => ({ from: day * dayMinutes + begin, to: day * dayMinutes + begin + length }));
}

function daysOf(part: string, first: string, last: string): number[] {
  const [from, to] = [first, last].map((name) => {
    const day = dayNames.findIndex((known) => known === name.slice(0, 3));
    if (day < 0 || !/^(sun|mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?)(day)?$/.test(name)) throw refused(`"${part}"`, `a day like ${dayNames.join(', ')} in place of "${name}"`);
    return day;
  }) as [number, number];
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => (from + i) % (weekMinutes / dayMinutes));
}

function minuteOf(part: string, text: string): number {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  const minutes = hour * 60 + minute;
  if (minute > 59 || minutes > dayMinutes) throw refused(`"${part}"`, `a time from 00:00 to 24:00 in place of "${text}"`);
  return minutes;
}

function refused(what: string, expected: string): PeerError {
  return new PeerError('options-invalid', `Cannot read the hours ${what}: expected ${expected}`, { hint: 'Hours look like: mon-fri 20:00-07:00, sat-sun' });
}
