import type { LocalTime } from '@shoal/runtime';

const minuteMs = 60_000;
const dayMinutes = 1_440;
export const weekMinutes = 7 * dayMinutes;

/** A stretch of the week, in minutes since the midnight on which Sunday begins; the end is not part of it, and may lie in the week after. */
export interface WeekRange {
  from: number;
  to: number;
}

/** When the owner of a peer lends it, by the clock on the wall there. */
export interface Hours {
  ranges: readonly WeekRange[];
  localTime: LocalTime;
}

/** Whether a peer with these hours works at that moment of the machine's clock. */
export function isOpenAt({ ranges, localTime }: Hours, atMs: number): boolean {
  return holds(ranges, weekMinute(localTime, atMs));
}

/** When that next changes: undefined where it never does. A change of the clocks in between (summer time) is followed. */
export function changesAt({ ranges, localTime }: Hours, atMs: number): number | undefined {
  const minute = weekMinute(localTime, atMs);
  const isOpen = holds(ranges, minute);
  const edges = ranges.flatMap(({ from, to }) => [from, to]).map((edge) => mod(edge - minute) || weekMinutes);
  const inMinutes = edges.sort((a, b) => a - b).find((edge) => holds(ranges, minute + edge) !== isOpen);
  if (inMinutes === undefined) return undefined;
  const at = (Math.floor(atMs / minuteMs) + inMinutes) * minuteMs;
  // Where clocks are changed before, the wall shows something else then.
  const offset = mod(minute + inMinutes - weekMinute(localTime, at) + weekMinutes / 2) - weekMinutes / 2;
  return Math.max(at + offset * minuteMs, atMs + 1);
}

function holds(ranges: readonly WeekRange[], minute: number): boolean {
  return ranges.some(({ from, to }) => mod(minute - from) < to - from);
}

function weekMinute(localTime: LocalTime, atMs: number): number {
  const { weekday, minute } = localTime(atMs);
  return weekday * dayMinutes + minute;
}

const mod = (minutes: number): number => ((minutes % weekMinutes) + weekMinutes) % weekMinutes;

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A moment for people elsewhere: `Mon 19:00 UTC`. */
export function utcText(atMs: number): string {
  const minutes = Math.floor(atMs / minuteMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${days[(Math.floor(minutes / dayMinutes) + 4) % 7]} ${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)} UTC`;
}
