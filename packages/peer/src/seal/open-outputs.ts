import type { Cid } from '@shoal/runtime';
import type { Effect } from '@shoal/engine';
import { systemSealing } from '@shoal/runtime';
import { PeerError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { ByteSource } from './byte-source.ts';
import { openPieces } from './pieces.ts';

/** Opens sealed outputs that are here, and keeps what they hold for this owner. Fails with `seal-broken` where that is not what the result names. */
export async function openOutputs({ store }: Pick<Parts, 'store'>, sealed: Cid, { key, holds }: NonNullable<Extract<Effect, { type: 'fetch' }>['sealed']>, owner: string, signal: AbortSignal): Promise<void> {
  const source = new ByteSource(openPieces(store.read(sealed, { signal }), key, systemSealing));
  try {
    for (const { cid, bytes } of holds) {
      const came = await store.importFile(source.take(bytes), { owner, signal });
      if (came.cid === cid) continue;
      await store.unpin(came.cid, owner);
      throw new PeerError('seal-broken', `Cannot take sealed outputs: they hold ${came.cid} where the result names ${cid}`, {
        hint: 'Its worker sealed something else. Another copy is tried where several workers ran the unit.',
      });
    }
  } finally {
    await source.close();
  }
}
