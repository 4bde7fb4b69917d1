import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import type { MeshAnswer } from '../api/wire.ts';
import type { Authority, Issued } from '../mesh/authority-file.ts';
import { humanDuration } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { plural, printableLine } from '../output/text.ts';

type Printer = Pick<Screen, 'style' | 'width'>;

export function registerMeshLs(mesh: Command, context: Context): void {
  const command = withPeerOptions(
    mesh
      .command('ls')
      .alias('list')
      .description('the members that a running peer knows; with --authority, the invitations that it made')
      .option('--authority <file>', 'what `shoal mesh init` wrote'),
  );
  withExamples(command, [
    ['shoal mesh ls', 'who is here, with which roles, until when; who was revoked'],
    ['shoal mesh ls --authority clinic.authority', 'every invitation and what became of it'],
  ]);
  command.action(async (options: PeerCommandOptions & { authority?: string }) => {
    const now = context.clock.now();
    if (options.authority !== undefined) {
      const { readAuthority } = await import('../mesh/authority-file.ts');
      const { seed: _, secret: __, ...rest } = await readAuthority(resolve(options.authority));
      if (options.json === true) context.out.line(JSON.stringify(rest));
      else context.out.lines(describeInvitations(rest, context.out, now));
      return;
    }
    const answer = await (await context.peer(options)).mesh();
    if (options.json === true) context.out.line(JSON.stringify(answer));
    else context.out.lines(describeMembers(answer, context.out, now));
  });
}

function describeInvitations({ mesh, invitations, revocations }: Omit<Authority, 'seed' | 'secret'>, screen: Printer, now: number): string[] {
  const state = ({ id, until, peer }: Issued): string => {
    if (revocations.invitations.includes(id) || (peer !== undefined && revocations.peers.includes(peer))) return 'revoked';
    return until <= now ? 'ended' : `${humanDuration(until - now)} left`;
  };
  if (invitations.length === 0) return [`${mesh}: nobody was invited yet. shoal mesh invite --authority FILE`];
  return [
    `${mesh}: ${plural(invitations.length, 'invitation')}`,
    ...tableOf(invitations.toReversed(), screen, [
      { title: 'INVITATION', value: ({ id }) => id.slice(0, 8) },
      { title: 'FOR', value: ({ peer }) => peer ?? 'whoever has the token' },
      { title: 'ROLES', value: ({ roles }) => roles.join(',') },
      { title: 'LABELS', value: ({ labels }) => labelsOf(labels) },
      { title: 'STATE', value: state },
    ]),
    ...revocations.peers.map((peer) => `revoked peer: ${peer}`),
  ];
}

function describeMembers({ membership, members }: MeshAnswer, screen: Printer, now: number): string[] {
  if (membership === undefined) return ['This peer is in a public mesh: anybody may join. `shoal mesh init NAME` begins a private one.'];
  const { revoked } = membership;
  return [
    `${membership.mesh}: this peer is ${membership.roles.join(', ')}${labelsOf(membership.labels, ' with ')}, for ${humanDuration(membership.until - now)} more`,
    ...(members.length === 0 ? ['It knows no other members.'] : tableOf(members, screen, [
      { title: 'MEMBER', value: ({ peer }) => peer },
      { title: 'LINK', value: ({ connected }) => (connected ? 'neighbour' : 'known') },
      { title: 'ROLES', value: ({ roles }) => printableLine(roles.join(',')) },
      { title: 'LABELS', value: ({ labels }) => printableLine(labelsOf(labels)) },
      { title: 'LEFT', value: ({ until }) => humanDuration(until - now) },
    ])),
    ...(revoked.seq === 0 ? [] : [`Revoked: ${plural(revoked.peers.length, 'peer')}, ${plural(revoked.invitations.length, 'invitation')} (list ${revoked.seq})`]),
  ];
}

function tableOf<Row>(rows: readonly Row[], { style, width }: Printer, columns: Parameters<typeof table<Row>>[1]): string[] {
  return table(rows, columns, width === undefined ? { style } : { style, width });
}

function labelsOf(labels: Record<string, string>, before = ''): string {
  const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',');
  return text === '' ? (before === '' ? '-' : '') : before + text;
}
