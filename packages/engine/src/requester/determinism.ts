import type { PeerId } from '@shoal/runtime';
import type { JobSpec } from '@shoal/protocol';
import type { Turn } from '../engine.ts';
import { match } from '../market/match.ts';
import { mayWork } from '../policy/members.ts';

/**
 * Results are compared within one determinism class only: another one's may differ by right. Where a quorum is asked for and
 * no class is named, it is one of which enough peers for the quorum could run the job, by the adverts held: that with most
 * peers whose work was confirmed before, then that with most peers; this peer's own where as many are of that, or where
 * nobody is known yet. Slots do not count: anybody may claim any number, and liars that chose the class would only be
 * compared with each other.
 */
export function withClass(turn: Turn, spec: JobSpec): JobSpec {
  const { quorum } = spec.verify;
  if (quorum === 1 || spec.verify.class !== undefined) return spec;
  const { config, standings } = turn.engine;
  const own = config.determinismClass;
  const found = peersByClass(turn, spec);
  if (own !== 'none' && !found.has(own)) found.set(own, new Set());
  const ranked = [...found].map(([name, peers]) => {
    const proven = [...peers].filter((peer) => !standings.isUnproven(peer)).length;
    return { name, rank: [Number(peers.size >= quorum), proven, peers.size, Number(name === own)] };
  });
  const [best] = ranked.sort((a, b) => compareRanks(b.rank, a.rank) || (a.name < b.name ? -1 : 1));
  return best === undefined ? spec : { ...spec, verify: { ...spec.verify, class: best.name } };
}

/** Who could run the job as far as its requirements go, by class; who only may, where nobody surely could. Peers of one operator count once. */
function peersByClass({ engine, now }: Turn, spec: JobSpec): Map<string, Set<PeerId>> {
  const sure = new Map<string, Set<PeerId>>();
  const unsure = new Map<string, Set<PeerId>>();
  for (const { author, value, expiresAt } of engine.roster.all()) {
    if (value.slots === 0 || expiresAt <= now || !mayWork(engine, author)) continue;
    const { verdict } = match(spec, value);
    if (verdict === 'no') continue;
    const found = verdict === 'yes' ? sure : unsure;
    const peers = found.get(value.determinismClass) ?? new Set();
    found.set(value.determinismClass, peers.add(engine.standings.holderOf(author)));
  }
  return sure.size > 0 ? sure : unsure;
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [i, one] of a.entries()) if (one !== b[i]) return one - (b[i] ?? 0);
  return 0;
}
