import type { Cid } from '@shoal/runtime';
import { parseCid } from '@shoal/protocol';
import { peerDefaults } from '../defaults.ts';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { pause } from '../transfer/client/pause.ts';

type Knowing = Pick<Parts, 'clock' | 'datasets' | 'engine'>;

/** A CID, or the name of a dataset that is here or advertised; a name is waited for that long. */
export async function resolveCid(parts: Knowing, text: string, options: { waitMs: number; signal: AbortSignal }): Promise<Cid> {
  const end = parts.clock.monotonic() + options.waitMs;
  const cid = asCid(text);
  for (;;) {
    const found = await named(parts, text);
    if (found !== undefined) return found;
    if (cid !== undefined) return cid;
    if (/^(?:baf|Qm)[A-Za-z0-9]{40,}$/u.test(text)) return parseCid(text); // which says what is wrong with it
    const leftMs = end - parts.clock.monotonic();
    if (leftMs <= 0) break;
    await pause(parts.clock, Math.min(leftMs, peerDefaults.holdersPollMs), options.signal);
    options.signal.throwIfAborted();
  }
  throw new PeerError('dataset-unknown', `Cannot find a dataset named "${text}": neither this peer nor any that it knows advertises one`, {
    hint: '`shoal data ls` and `shoal peers` list those known; a CID works too.',
  });
}

/** A name may begin as CIDs do, `baffin.csv`: only what is one whole is taken for one. */
function asCid(text: string): Cid | undefined {
  try {
    return parseCid(text);
  } catch {
    return undefined; // then it is a name
  }
}

async function named({ datasets, engine }: Knowing, text: string): Promise<Cid | undefined> {
  const found = new Set<Cid>();
  for (const { cid, name } of await datasets.pinned()) if (name === text || cid === text) found.add(cid);
  if (found.size === 0) {
    for (const advert of engine.roster.all()) {
      for (const holding of advert.value.datasets) if (holding.name === text) found.add(holding.cid);
    }
  }
  if (found.size > 1) {
    throw new PeerError('dataset-ambiguous', `Cannot tell which dataset "${text}" is: ${found.size} have that name`, { hint: `Give one of the CIDs: ${[...found].slice(0, 4).join(', ')}` });
  }
  return [...found][0];
}
