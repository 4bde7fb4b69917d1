import type { Command } from 'commander';
import type { KnownPeer } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { interruptible } from '../cli/interrupt.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { sleep } from '../cli/sleep.ts';
import type { ApiClient } from '../client/client.ts';
import { limits } from '../limits.ts';
import { createLive } from '../output/live.ts';
import { humanAge } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { printableLine } from '../output/text.ts';

export function registerPeers(program: Command, context: Context): void {
  const command = withPeerOptions(program.command('peers').description('the peers that this one knows, and what they offer').option('-w, --watch', 'go on, and show them as they come and go'));
  withExamples(command, [
    ['shoal peers', 'one line a peer: slots, labels, datasets'],
    ['shoal peers --watch', 'the same, fresh every second, until Ctrl-C'],
    ['shoal peers --json', 'everything from their adverts; with --watch, a line a second'],
  ]);
  command.action(async (options: PeerCommandOptions & { watch?: boolean }) => {
    const peer = await context.peer(options);
    if (options.watch === true) return interruptible((signal) => watchPeers(context, peer, options.json === true, signal));
    const peers = await peer.peers();
    if (options.json === true) context.out.line(JSON.stringify({ peers }));
    else context.out.lines(describePeers(peers, context.out));
  });
}

/** On a terminal the table is redrawn in place; elsewhere each one is written below the last, when it has changed. */
async function watchPeers(context: Context, peer: ApiClient, json: boolean, signal: AbortSignal): Promise<void> {
  const { out, clock } = context;
  const live = createLive(out, clock);
  let last = '';
  try {
    while (!signal.aborted) {
      const peers = await peer.peers({ signal });
      const who = peers.map((each) => `${each.peer}${each.connected}${each.free}`).join();
      if (json) out.line(JSON.stringify({ peers }));
      else if (out.isTTY) live.draw(describePeers(peers, out));
      else if (who !== last) out.lines([...(last === '' ? [] : ['']), ...describePeers(peers, out)]);
      last = who;
      await sleep(clock, limits.watchPeersMs, signal);
    }
  } finally {
    live.end({ keep: true });
  }
}

export function describePeers(peers: readonly KnownPeer[], screen: Pick<Screen, 'style' | 'width'>): string[] {
  if (peers.length === 0) return ['No other peers known. `shoal up` prints the command by which others join this one.'];
  const sorted = peers.toSorted((a, b) => Number(b.connected) - Number(a.connected) || a.peer.localeCompare(b.peer));
  return table(
    sorted,
    [
      { title: 'PEER', value: (peer) => peer.peer },
      { title: 'LINK', value: (peer) => (peer.way === 'relayed' ? 'relayed' : peer.connected ? 'neighbour' : 'known') },
      { title: 'FREE', value: (peer) => `${peer.free}/${peer.slots}`, align: 'right' },
      { title: 'SANDBOX', value: (peer) => printableLine(peer.isolation) },
      { title: 'LABELS', value: ({ labels }) => printableLine(Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',')) || '-', shrinkTo: 12 },
      { title: 'DATASETS', value: ({ datasets }) => datasets.map((each) => printableLine(`${each.name} ${each.here}/${each.shards}`)).join(', ') || '-', shrinkTo: 12 },
      { title: 'HEARD', value: (peer) => humanAge(peer.ageMs) },
    ],
    screen.width === undefined ? { style: screen.style } : { style: screen.style, width: screen.width },
  );
}
