import type { TriedUnit, TryReport } from '@shoal/peer';
import { humanBytes, humanCount, humanDuration } from '../output/quantities.ts';
import type { Style } from '../output/style.ts';
import { plural, printableLine } from '../output/text.ts';

export function describeTrial({ program, engine, isolation }: TryReport, style: Style): string[] {
  return [style.dim(`${printableLine(program)}: engine ${engine}, walls: ${isolation}`)];
}

/** What a unit took, in a line or two. */
export function describeUnit({ unit, input, outcome, deterministic, difference }: TriedUnit, style: Style): string[] {
  const { usage } = outcome;
  const parts = [
    outcome.ok ? style.green('ended well') : style.red(`failed: ${printableLine(outcome.failure.message)} (${outcome.failure.code})`),
    ...(usage.fuel === undefined ? [] : [`${humanCount(usage.fuel)} fuel`]),
    `${humanBytes(usage.peakMemoryBytes)} of memory`,
    ...(input === undefined ? [] : [`${humanBytes(usage.inputBytes)} read`]),
    ...(outcome.ok ? [`${humanBytes(outcome.stdout.length)} put out${outcome.files.length > 0 ? `, ${plural(outcome.files.length, 'file')} in /out` : ''}`] : []),
    humanDuration(usage.wallMs),
    ...(deterministic === undefined ? [] : [deterministic ? style.green('deterministic') : style.red(`not deterministic: ${difference ?? ''}`)]),
  ];
  return [`${style.bold(`unit ${unit}`)}${input === undefined ? '' : ` ${printableLine(input)}`}: ${parts.join(', ')}`];
}

/** Undefined where nobody looked: every unit ran once only. */
export function movableText({ engine, checkpoint }: TryReport, units: readonly TriedUnit[]): string | undefined {
  const why = units.find(({ unmovable }) => unmovable !== undefined)?.unmovable;
  if (why !== undefined) return `movable: no, ${printableLine(why)}; a run that is cut off begins anew`;
  if (checkpoint && units.every(({ deterministic }) => deterministic === undefined)) return undefined;
  return checkpoint ? 'movable: yes, its runs can be saved and go on elsewhere' : `movable: no, runs of the engine ${engine} cannot be saved: they begin anew elsewhere`;
}
