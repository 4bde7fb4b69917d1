import type { Command } from 'commander';
import type { KnownPeer } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanAge } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { printableLine } from '../output/text.ts';

export function registerPeers(program: Command, context: Context): void {
  const command = withPeerOptions(program.command('peers').description('the peers that this one knows, and what they offer'));
  withExamples(command, [
    ['shoal peers', 'one line a peer: slots, labels, datasets'],
    ['shoal peers --json', 'everything from their adverts'],
  ]);
  command.action(async (options: PeerCommandOptions) => {
    const peers = await (await context.peer(options)).peers();
    if (options.json === true) context.out.line(JSON.stringify({ peers }));
    else context.out.lines(describePeers(peers, context.out));
  });
}

export function describePeers(peers: readonly KnownPeer[], screen: Pick<Screen, 'style' | 'width'>): string[] {
  if (peers.length === 0) return ['No other peers known. `shoal up` prints the command by which others join this one.'];
  const sorted = peers.toSorted((a, b) => Number(b.connected) - Number(a.connected) || a.peer.localeCompare(b.peer));
  return table(
    sorted,
    [
      { title: 'PEER', value: (peer) => peer.peer },
      { title: 'LINK', value: (peer) => (peer.connected ? 'neighbour' : 'known') },
      { title: 'FREE', value: (peer) => `${peer.free}/${peer.slots}`, align: 'right' },
      { title: 'SANDBOX', value: (peer) => printableLine(peer.isolation) },
      { title: 'LABELS', value: ({ labels }) => printableLine(Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',')) || '-', shrinkTo: 12 },
      { title: 'DATASETS', value: ({ datasets }) => datasets.map((each) => printableLine(`${each.name} ${each.here}/${each.shards}`)).join(', ') || '-', shrinkTo: 12 },
      { title: 'HEARD', value: (peer) => humanAge(peer.ageMs) },
    ],
    screen.width === undefined ? { style: screen.style } : { style: screen.style, width: screen.width },
  );
}
