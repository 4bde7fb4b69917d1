import type { PeerId } from '@shoal/runtime';
import type { Endpoint } from './addresses.ts';

/** unknown: too few have seen us. open: no NAT. steady: one outer port for one inner port. changing: another for each. */
export type NatKind = 'unknown' | 'none' | 'steady' | 'changing';

/** How others see this peer's dials, by who said so. */
export interface Observed {
  note(by: PeerId, seen: Endpoint, fromOnePort: boolean): void;
  forget(by: PeerId): void;
  /** What most of them see, for dials from the one port; the newest first. */
  endpoints(): Endpoint[];
  kind(own: readonly string[]): NatKind;
}

/** Neighbours whose word is kept. */
const maxReporters = 64;

export function createObserved(): Observed {
  const reports = new Map<PeerId, { seen: Endpoint; fromOnePort: boolean }>();
  return {
    note(by, seen, fromOnePort) {
      // A second connection to the same peer has to take another port; what the first one showed still holds.
      if (!fromOnePort && reports.get(by)?.fromOnePort === true) return;
      reports.delete(by);
      if (reports.size >= maxReporters) reports.delete(reports.keys().next().value as PeerId);
      reports.set(by, { seen, fromOnePort });
    },
    forget: (by) => void reports.delete(by),
    endpoints() {
      const votes = new Map<string, { seen: Endpoint; votes: number }>();
      for (const { seen, fromOnePort } of reports.values()) {
        if (!fromOnePort) continue;
        const key = `${seen.ip} ${seen.port}`;
        votes.set(key, { seen, votes: (votes.get(key)?.votes ?? 0) + 1 });
      }
      return [...votes.values()].sort((a, b) => b.votes - a.votes).slice(0, 3).map(({ seen }) => seen);
    },
    kind(own) {
      const seen = [...reports.values()].map((report) => report.seen);
      if (seen.length === 0) return 'unknown';
      if (seen.every(({ ip }) => own.includes(ip))) return 'none';
      const outer = [...reports.values()].filter(({ fromOnePort }) => fromOnePort).map((report) => `${report.seen.ip} ${report.seen.port}`);
      if (outer.length < 2) return 'unknown';
      return new Set(outer).size === 1 ? 'steady' : 'changing';
    },
  };
}
