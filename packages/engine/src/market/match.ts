import type { Advert, JobSpec, Reason } from '@shoal/protocol';
import { unitCount } from '@shoal/protocol';
import { bitAt } from '../bitmap.ts';
import { matchSelector, parseSelector } from './selector.ts';

/** Three-valued: unknown means that an attribute is missing, not that it does not fit. */
export type Match = { verdict: 'yes' } | { verdict: 'no'; reasons: Reason[] } | { verdict: 'unknown'; missing: string[] };

/** What the requirements of a job look at; an advert has it, and so has a peer itself. */
export type Offering = Pick<Advert, 'slots' | 'memoryBytes' | 'engines' | 'determinismClass' | 'labels' | 'datasets'>;

/** Whether a peer that offers this can serve the job, as far as the job's requirements go. */
export function match(spec: JobSpec, offering: Offering): Match {
  const reasons: Reason[] = [];
  const no = (code: string, text: string): void => void reasons.push({ code, text });
  if (offering.slots === 0) no('no-slots', 'it runs no jobs (0 slots)');
  if (!offering.engines.includes(spec.program.engine)) {
    no('engine-missing', `it has no engine ${spec.program.engine} (it has ${offering.engines.join(', ') || 'none'})`);
  }
  const { class: comparable } = spec.verify;
  if (comparable !== undefined && offering.determinismClass !== comparable) {
    no('class-differs', `its results are of class ${offering.determinismClass}, and those of this job are compared within ${comparable}`);
  }
  if (offering.memoryBytes < spec.resources.memoryBytes) {
    no('memory-too-small', `it gives a unit at most ${offering.memoryBytes} bytes of memory, ${spec.resources.memoryBytes} are asked`);
  }
  if (spec.units.kind === 'shards' && spec.units.move === 'never' && holdsOf(spec, offering).every((here) => !here)) {
    no('holds-no-shard', 'it holds no shard of the dataset, and the job forbids moving them');
  }
  const labels = matchSelector(parseSelector(spec.where), offering.labels);
  if (labels.verdict === 'no') for (const failed of labels.failed) no('label-mismatch', `its labels do not satisfy ${failed}`);
  if (reasons.length > 0) return { verdict: 'no', reasons };
  return labels.verdict === 'unknown' ? labels : { verdict: 'yes' };
}

/** By unit: whether its input is held; all false where units have no input. */
export function holdsOf(spec: JobSpec, offering: Pick<Offering, 'datasets'>): boolean[] {
  const { units } = spec;
  const count = unitCount(spec);
  if (units.kind === 'count') return [];
  const holding = offering.datasets.find((dataset) => dataset.cid === units.dataset);
  return Array.from({ length: count }, (_, unit) => holding !== undefined && bitAt(holding.held, unit));
}
