import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, signerFromSeed, systemCrypto } from '@shoal/runtime';
import { decodeToken, decodeValue, encodeMembership, encodeValue, limits, openInvitation, openMembership, peerIdOf, sealAdmission, type Token } from '@shoal/protocol';
import { loadOrCreateIdentity } from '@shoal/store';
import { PeerError } from '../errors.ts';

/** What makes a peer a member, as it lies in its data directory. */
export interface MembershipRecord {
  mesh: string;
  authority: Uint8Array;
  secret: Uint8Array;
  /** What it shows. */
  shown: Uint8Array;
  bootstrap: string[];
}

const fileName = 'membership.cbor';
const revocationsName = 'revocations.cbor';
/** The file holds the mesh's secret. */
const fileMode = 0o600;

/** Joins a data directory to a private mesh: from its next start on its peer belongs. Its identity is made if need be. */
export async function joinMesh(dataDir: string, text: string, now: number): Promise<{ mesh: string; peer: string; roles: string[]; labels: Record<string, string>; until: number }> {
  const token = decodeToken(text);
  const peer = peerIdOf(signerFromSeed(await loadOrCreateIdentity(dataDir)).publicKey);
  const invitation = openInvitation(token.invitation, token, systemCrypto).value;
  const admission = token.seed === undefined ? undefined : sealAdmission(invitation, peer, signerFromSeed(token.seed), systemCrypto);
  const shown = encodeMembership({ invitation: token.invitation, ...(admission === undefined ? {} : { admission }) });
  // Whether others will let it in, is told now and not by their silence.
  openMembership(shown, { ...token, peer, now }, systemCrypto);
  const known = await readMembership(dataDir);
  if (known !== undefined && known.mesh !== token.mesh) {
    throw new PeerError('membership-elsewhere', `Cannot join ${token.mesh} in ${dataDir}: the peer there belongs to ${known.mesh}`, {
      hint: 'A peer is of one mesh. Give this one another directory: --data-dir DIR',
    });
  }
  await writeDurably(dataDir, fileName, encodeValue(recordOf(token, shown)));
  return { mesh: token.mesh, peer, roles: invitation.roles, labels: invitation.labels, until: invitation.until };
}

function recordOf({ mesh, authority, secret, bootstrap }: Token, shown: Uint8Array): Record<string, unknown> {
  return { mesh, authority, secret, bootstrap, shown };
}

/** Undefined where the peer of this directory belongs to no private mesh. */
export async function readMembership(dataDir: string): Promise<MembershipRecord | undefined> {
  const bytes = await readIfThere(join(dataDir, fileName));
  if (bytes === undefined) return undefined;
  try {
    return decodeValue(bytes, 2 * limits.maxTokenBytes) as MembershipRecord; // our own file
  } catch (cause) {
    throw new PeerError('membership-damaged', `Cannot read ${join(dataDir, fileName)}: ${messageOf(cause)}`, {
      cause,
      hint: 'Move it away and join again with a token: shoal mesh join TOKEN',
    });
  }
}

/** The newest list that this peer was told of; it is checked by whoever uses it. */
export function readRevocations(dataDir: string): Promise<Uint8Array | undefined> {
  return readIfThere(join(dataDir, revocationsName));
}

export function writeRevocations(dataDir: string, bytes: Uint8Array): Promise<void> {
  return writeDurably(dataDir, revocationsName, bytes);
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole, or as it was. */
async function writeDurably(dir: string, name: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dir, `${name}.tmp`);
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', fileMode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(temporary, fileMode);
  await rename(temporary, join(dir, name));
}
