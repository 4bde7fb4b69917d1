import type { LocalTime } from '../ports/local-time.ts';

/** By the time zone of this machine, summer time included. */
export const systemLocalTime: LocalTime = (atMs) => {
  const date = new Date(atMs);
  return { weekday: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() };
};

/** Everywhere the same. */
export const utcTime: LocalTime = (atMs) => {
  const minutes = Math.floor(atMs / 60_000);
  return { weekday: (((Math.floor(minutes / 1_440) + 4) % 7) + 7) % 7, minute: ((minutes % 1_440) + 1_440) % 1_440 };
};
