import { systemLocalTime } from '@shoal/runtime';
import type { PolicyView } from '@shoal/peer';
import { humanDuration } from './quantities.ts';
import { plural, printableLine } from './text.ts';

/** Names that a line holds; of more, their number is said. */
const maxNames = 3;

/** Whom and what the owner of a peer lets in and keeps out, a line each. */
export function describePolicy({ allowRequesters, denyRequesters, allowPrograms, denyPrograms }: PolicyView): string[] {
  return [
    ...(allowRequesters === undefined ? [] : [`serves only ${names(allowRequesters, 'requester')}`]),
    ...(denyRequesters === undefined ? [] : [`never serves ${names(denyRequesters, 'requester')}`]),
    ...(allowPrograms === undefined ? [] : [`runs only ${names(allowPrograms, 'program')}`]),
    ...(denyPrograms === undefined ? [] : [`never runs ${names(denyPrograms, 'program')}`]),
  ];
}

function names(all: readonly string[], what: string): string {
  return all.length > maxNames ? plural(all.length, what) : all.map(printableLine).join(', ');
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** When it works for others, and whether it does now; undefined where that is always. */
export function describeHours({ hours, open, changesAt }: PolicyView, now: number): string | undefined {
  if (hours === undefined) return undefined;
  const given = hours.map(printableLine).join(', ');
  if (changesAt === undefined) return given;
  const { weekday, minute } = systemLocalTime(changesAt);
  const time = `${days[weekday]} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const inTime = `in ${humanDuration(Math.max(changesAt - now, 0))}`;
  return open ? `${given}; works for others until ${time} (${inTime})` : `${given}; takes nothing from others now, works again from ${time} on (${inTime})`;
}
