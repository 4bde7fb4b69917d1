import type { FlightsTotals } from '@shoal/workloads';
import type { Session } from './session.ts';

/** What `shoal demo --json` prints; the names are stable. */
export interface DemoOutcome {
  ok: boolean;
  peers: number;
  units: number;
  accepted: number;
  /** Runs that ended with a committed result. */
  executions: number;
  /** Workers whose process ended while the job needed them. */
  workersLost: number;
  rows: number;
  /** Miles. */
  distance: number;
  /** Minutes. */
  delay: number;
  /** Flights at least an hour late. */
  delayedHour: number;
  topOrigins: { origin: string; flights: number }[];
  /** Bytes of input read by runs, where they lay. */
  bytesProcessed: number;
  /** Bytes that all peers sent, whatever for. */
  bytesMoved: number;
  wallMs: number;
  /** Only when it is not ok: what is not as it should be. */
  problems?: string[];
}

const topCount = 10;

export function bytesMovedBy({ state }: Session): number {
  return state.peers.reduce((sum, peer) => sum + peer.bytesSent, 0);
}

export function toOutcome(session: Session, totals: FlightsTotals, bytesMoved: number, problems: readonly string[]): DemoOutcome {
  const { state, clock, beganAt } = session;
  const top = totals.origins.toSorted((a, b) => b.flights - a.flights || (a.origin < b.origin ? -1 : 1)).slice(0, topCount);
  return {
    ok: problems.length === 0,
    peers: state.peers.length,
    units: state.job?.units ?? 0,
    accepted: state.job?.accepted ?? 0,
    executions: state.job?.executions ?? 0,
    workersLost: state.peers.filter((peer) => peer.killedAt !== undefined).length,
    rows: totals.rows,
    distance: totals.distance,
    delay: totals.delay,
    delayedHour: totals.delayedHour,
    topOrigins: top.map(({ origin, flights }) => ({ origin, flights })),
    bytesProcessed: state.job?.bytesProcessed ?? 0,
    bytesMoved,
    wallMs: Math.round(clock.monotonic() - beganAt),
    ...(problems.length === 0 ? {} : { problems: [...problems] }),
  };
}
