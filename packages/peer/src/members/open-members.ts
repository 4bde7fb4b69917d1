import { signerFromSeed, systemClock, systemCrypto, type Logger } from '@shoal/runtime';
import { peerIdOf } from '@shoal/protocol';
import type { PeerOptions } from '../api.ts';
import { PeerError } from '../errors.ts';
import { Members } from './members.ts';
import { readMembership, readRevocations, writeRevocations } from './membership-file.ts';

/** The membership that lies in a peer's data directory, and where its mesh was said to be; undefined for a public mesh. */
export async function openMembers({ dataDir, mesh }: PeerOptions, seed: Uint8Array, logger: Logger): Promise<{ members: Members; bootstrap: string[] } | undefined> {
  if (dataDir === undefined) return undefined;
  const record = await readMembership(dataDir);
  if (record === undefined) return undefined;
  if (mesh !== undefined && mesh !== record.mesh) {
    throw new PeerError('membership-elsewhere', `Cannot start this peer in the mesh "${mesh}": its data directory belongs to ${record.mesh}`, {
      hint: 'Leave the name of the mesh out, or give this peer another data directory.',
    });
  }
  const members = new Members({
    record,
    self: peerIdOf(signerFromSeed(seed).publicKey),
    clock: systemClock,
    crypto: systemCrypto,
    logger,
    revocations: await readRevocations(dataDir),
    save: (bytes) => writeRevocations(dataDir, bytes),
  });
  return { members, bootstrap: record.bootstrap };
}
