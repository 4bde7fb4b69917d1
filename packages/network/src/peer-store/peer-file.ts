import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, type Logger, type PeerId } from '@shoal/runtime';
import type { NetworkLimits } from '../defaults.ts';

export interface StoredPeer {
  peer: PeerId;
  addresses: string[];
}

/** Ed25519 peer ids, as their base58 text begins. */
const peerIdPattern = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/;

type FileLimits = Pick<NetworkLimits, 'maxStoredBytes' | 'maxStoredPeers' | 'maxAddressesPerPeer'>;

/** Reads the peers of an earlier run. A file that is missing, too large or damaged counts as empty: others will be met again. */
export async function readPeerFile(path: string, mesh: string, limits: FileLimits, logger: Logger): Promise<StoredPeer[]> {
  try {
    const { size } = await stat(path);
    if (size > limits.maxStoredBytes) {
      logger.warn('The file of known peers is too large and is left aside', { path, bytes: size, limit: limits.maxStoredBytes });
      return [];
    }
    return parse(JSON.parse(await readFile(path, 'utf8')), mesh, limits);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      logger.warn('The file of known peers cannot be read and is left aside', { path, reason: messageOf(error) });
    }
    return [];
  }
}

function parse(content: unknown, mesh: string, limits: FileLimits): StoredPeer[] {
  const file = content as { mesh?: unknown; peers?: unknown } | null;
  if (file?.mesh !== mesh || !Array.isArray(file.peers)) return [];
  const peers: StoredPeer[] = [];
  for (const entry of file.peers.slice(0, limits.maxStoredPeers) as { peer?: unknown; addresses?: unknown }[]) {
    if (typeof entry?.peer !== 'string' || !peerIdPattern.test(entry.peer) || !Array.isArray(entry.addresses)) continue;
    const addresses = entry.addresses.filter((address): address is string => typeof address === 'string');
    peers.push({ peer: entry.peer as PeerId, addresses: addresses.slice(0, limits.maxAddressesPerPeer) });
  }
  return peers;
}

/** Replaces the file in one step: a crash leaves the old one or the new one. */
export async function writePeerFile(path: string, mesh: string, peers: StoredPeer[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, mesh, peers }, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
