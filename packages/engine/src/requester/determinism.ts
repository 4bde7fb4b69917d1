import type { JobSpec } from '@shoal/protocol';
import type { Engine } from '../engine.ts';

/**
 * Results are compared within one determinism class only: another one's may differ by right. Where a quorum is asked for and
 * no class is named, it is that of most slots that have the engine, by the adverts held; this peer's own where as many are of
 * that, or where nobody is known yet.
 */
export function withClass(engine: Engine, spec: JobSpec): JobSpec {
  if (spec.verify.quorum === 1 || spec.verify.class !== undefined) return spec;
  const own = engine.config.determinismClass;
  const slots = new Map<string, number>(own === 'none' ? [] : [[own, 0]]);
  for (const { value } of engine.roster.all()) {
    if (value.slots > 0 && value.engines.includes(spec.program.engine)) slots.set(value.determinismClass, (slots.get(value.determinismClass) ?? 0) + value.slots);
  }
  const [most] = [...slots].sort(([a, of], [b, others]) => others - of || Number(b === own) - Number(a === own) || (a < b ? -1 : 1));
  return most === undefined ? spec : { ...spec, verify: { ...spec.verify, class: most[0] } };
}
