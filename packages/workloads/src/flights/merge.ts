import { ShoalError } from '@shoal/runtime';
import type { FlightsTable, OriginSums } from './table.ts';
import type { WorkloadErrorCode } from '../errors.ts';

export interface FlightsTotals {
  rows: number;
  /** Miles. */
  distance: number;
  /** Minutes. */
  delay: number;
  /** Flights at least an hour late. */
  delayedHour: number;
  /** Lines that were no flight. */
  malformed: number;
  /** Sorted by airport. */
  origins: OriginSums[];
}

/** Adds up the tables of a job's units. */
export function mergeFlights(tables: Iterable<FlightsTable>): FlightsTotals {
  const totals: FlightsTotals = { rows: 0, distance: 0, delay: 0, delayedHour: 0, malformed: 0, origins: [] };
  const byOrigin = new Map<string, OriginSums>();
  for (const table of tables) {
    totals.malformed = add(totals.malformed, table.malformed);
    for (const sums of table.origins) {
      const merged = byOrigin.get(sums.origin) ?? { origin: sums.origin, flights: 0, delay: 0, distance: 0, delayedHour: 0 };
      byOrigin.set(sums.origin, merged);
      merged.flights = add(merged.flights, sums.flights);
      merged.delay = add(merged.delay, sums.delay);
      merged.distance = add(merged.distance, sums.distance);
      merged.delayedHour = add(merged.delayedHour, sums.delayedHour);
      totals.rows = add(totals.rows, sums.flights);
      totals.delay = add(totals.delay, sums.delay);
      totals.distance = add(totals.distance, sums.distance);
      totals.delayedHour = add(totals.delayedHour, sums.delayedHour);
    }
  }
  totals.origins = [...byOrigin.values()].sort((a, b) => (a.origin < b.origin ? -1 : 1));
  return totals;
}

/** Two whole numbers that are exact have an exact sum, or one beyond the safe range. */
function add(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isSafeInteger(sum)) {
    throw new ShoalError<WorkloadErrorCode>('flights-table-invalid', `Cannot add ${a} and ${b}: the sum is not exact in a number`);
  }
  return sum;
}
