import { humanDuration } from '../../output/quantities.ts';
import { DemoPeer } from '../peer.ts';
import type { Session } from '../session.ts';

export const peerCount = 5;
/** One introduces, three work, one posts the job. */
export const workerNumbers = [2, 3, 4] as const;
export const requesterNumber = 5;

/** Starts the peers as a chain, each knowing the address of the one before it only, and waits until all know all. */
export async function joinPeers(session: Session): Promise<void> {
  const { clock, random, folder, state } = session;
  await session.stage('join', `starting ${peerCount} peers`, async (say) => {
    const begin = clock.monotonic();
    const mesh = `demo-${Buffer.from(random.bytes(6)).toString('hex')}`;
    for (let number = 1; number <= peerCount; number += 1) {
      const slots = workerNumbers.some((each) => each === number) ? 1 : 0;
      const peer = new DemoPeer({ number, folder, mesh, slots, clock, random, onTrouble: (error) => session.fail(error) });
      const before = state.peers.at(-1);
      state.peers.push(peer);
      say(`starting peer ${number} of ${peerCount}`);
      await peer.start(before?.addresses[0]);
      await session.until(`peer ${number} to start`, () => (peer.phase === 'up' ? true : undefined));
    }
    const all = clock.monotonic();
    say('peers looking for each other');
    await session.until('all five peers to know each other', () => allKnowAll(session));
    const foundMs = clock.monotonic() - all;
    return `all ${peerCount} found each other in ${humanDuration(foundMs)}, each told of one other only (${humanDuration(clock.monotonic() - begin)} in all)`;
  });
}

async function allKnowAll({ state }: Session): Promise<true | undefined> {
  const statuses = await Promise.all(state.peers.map((peer) => peer.refresh()));
  return statuses.every((status) => (status?.knownPeers ?? 0) >= peerCount - 1 && (status?.neighbours ?? 0) > 1) ? true : undefined;
}

/** The first peer, by which the second had joined, leaves; the others must not need it. */
export async function leaveFirst(session: Session): Promise<void> {
  await session.stage('leave', 'stopping peer 1', async () => {
    const peer = session.peer(1);
    await peer.refresh();
    await peer.leave();
    return 'peer 1, by which the others had met, is stopped for good';
  });
}
