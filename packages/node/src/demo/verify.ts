import type { FlightsTotals } from '@shoal/workloads';
import { plural } from '../output/text.ts';
import type { CentralTotals } from './check.ts';
import { workerNumbers } from './stages/join.ts';
import type { DemoState } from './state.ts';

/** Everything that is not as the demo claims; empty when it all holds. */
export function findProblems(state: DemoState, totals: FlightsTotals, central: CentralTotals, bytesMoved: number): string[] {
  return [...differences(totals, central), ...unverified(state), ...moved(state, bytesMoved), ...losses(state)];
}

function differences(totals: FlightsTotals, central: CentralTotals): string[] {
  const problems: string[] = [];
  const compare = (what: string, found: number, expected: number): void => {
    if (found !== expected) problems.push(`wrong total: ${what} is ${found} by the mesh, ${expected} straight from the file`);
  };
  compare('rows', totals.rows, central.rows);
  compare('distance', totals.distance, central.distance);
  compare('delay', totals.delay, central.delay);
  compare('delayedHour', totals.delayedHour, central.delayedHour);
  compare('malformed lines', totals.malformed, 0);
  compare('airports', totals.origins.length, central.flightsByOrigin.size);
  for (const { origin, flights } of totals.origins) compare(`flights from ${origin}`, flights, central.flightsByOrigin.get(origin) ?? 0);
  return problems;
}

function unverified({ job, units, shards, peers }: DemoState): string[] {
  const problems: string[] = [];
  if (job?.units !== shards.length || units.length !== shards.length) {
    problems.push(`the job has ${plural(units.length, 'unit')} for ${plural(shards.length, 'shard')}`);
  }
  if (job !== undefined && job.accepted !== job.units) problems.push(`only ${job.accepted} of ${job.units} units are accepted`);
  const workers = new Set(workerNumbers.map((number) => peers.find((each) => each.number === number)?.id));
  for (const unit of units) {
    const agreed = new Set(unit.workers.filter((each) => workers.has(each)));
    if (unit.state === 'accepted' && agreed.size >= 2) continue;
    problems.push(`unit ${unit.unit} is unverified: ${unit.state}, ${plural(agreed.size, 'worker')} of ours agreed`);
  }
  return problems;
}

/** If a shard had crossed the wire, no fewer bytes than its own would have. */
function moved({ shards }: DemoState, bytesMoved: number): string[] {
  const least = Math.min(...shards.map((shard) => shard.bytes));
  return bytesMoved < least ? [] : [`${bytesMoved} bytes crossed the wire, as many as a shard has (${least})`];
}

function losses({ kill }: DemoState): string[] {
  if (kill === undefined) return ['no worker was caught in the middle of a unit, so none was killed'];
  return [];
}
