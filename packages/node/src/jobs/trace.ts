import type { JobView, TraceEvent } from '@shoal/peer';
import { humanBytes, humanDuration } from '../output/quantities.ts';
import type { Style } from '../output/style.ts';
import { padEnd, padStart, plural, shortId, widthOf } from '../output/text.ts';
import { reasonText } from './describe.ts';

/** A line an event: when, who, what. */
export function describeEvents(events: readonly TraceEvent[], job: Pick<JobView, 'createdAt' | 'units' | 'quorum' | 'requester'>, style: Style): string[] {
  const rows = events.map((event) => [sinceText(event.at - job.createdAt), event.by === job.requester ? 'requester' : shortId(event.by), whatText(event, job)] as const);
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => widthOf(row[column])));
  const widths = [width(0), width(1)] as const;
  return rows.map(([when, who, what]) => `  ${style.dim(padStart(when, widths[0]))}  ${padEnd(who, widths[1])}  ${what}`);
}

/** Clocks differ: what a peer states may be before the posting. */
function sinceText(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${humanDuration(Math.abs(ms))}`;
}

function whatText(event: TraceEvent, { units, quorum }: Pick<JobView, 'units' | 'quorum'>): string {
  const why = event.reason === undefined ? '' : `: ${reasonText(event.reason)}`;
  const peers = namesOf(event.peers);
  const which = unitsText(event.units ?? []);
  const size = event.bytes === undefined ? '' : ` (${humanBytes(event.bytes)})`;
  switch (event.what) {
    case 'posted':
      return `posted ${plural(units, 'unit')}; ${quorum === 1 ? 'one result each is enough' : `${quorum} peers must agree on each`}`;
    case 'asked':
      return `asked ${peers}`;
    case 'bid':
      return `bid for ${plural(event.slots ?? 1, 'unit')} at once`;
    case 'silent':
      return 'did not answer';
    case 'leased':
      return `gave a lease to ${peers}`;
    case 'released':
      return `ended the lease of ${peers}${why}`;
    case 'assigned':
      return `gave ${which} to ${peers}`;
    case 'accepted':
      return `accepted ${which} of ${peers}`;
    case 'fetched':
      return `fetched outputs of ${which}${size} from ${peers}`;
    case 'receipt':
      return `signed a receipt for ${peers}`;
    case 'countersigned':
      return 'countersigned its receipt';
    case 'entrusted':
      return `entrusted the job: stewards ${peers}; keepers ${namesOf(event.keepers)}`;
    case 'abandoned':
      return `gave ${which} up${why}`;
    case 'declined':
    case 'cancelled':
      return `${event.what}${why}`;
    case 'committed':
      return `committed to ${which}`;
    case 'revealed':
    case 'failed':
    case 'kept':
      return `${event.what} ${which}${size}${why}`;
  }
}

const maxNames = 6;

function namesOf(peers: readonly string[] = []): string {
  if (peers.length === 0) return 'nobody';
  const names = peers.slice(0, maxNames).map((peer) => shortId(peer));
  return peers.length > maxNames ? `${names.join(', ')} and ${peers.length - maxNames} more` : names.join(', ');
}

const maxRanges = 8;

/** `unit 3`, `units 0-4, 7`. */
export function unitsText(units: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const unit of [...new Set(units)].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === unit - 1) last[1] = unit;
    else ranges.push([unit, unit]);
  }
  const shown = ranges.slice(0, maxRanges).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const rest = ranges.slice(maxRanges).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return `${units.length === 1 ? 'unit' : 'units'} ${shown.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}
