import type { Command } from 'commander';
import { collectPeerAddresses } from '../cli/bootstrap.ts';
import type { Context } from '../cli/context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from '../cli/options.ts';
import { collectList, collectPairs, parseDuration } from '../cli/parse.ts';
import { humanDuration } from '../output/quantities.ts';

interface InviteCommandOptions extends CommonOptions {
  authority: string;
  role?: string[];
  label?: Record<string, string>;
  expires?: number;
  peer?: string;
  bootstrap?: string[];
}

const defaultExpiryMs = 30 * 86_400_000;

export function registerMeshInvite(mesh: Command, context: Context): void {
  const command = withCommonOptions(
    mesh
      .command('invite')
      .description('print a token by which a peer joins a private mesh')
      .requiredOption('--authority <file>', 'what `shoal mesh init` wrote')
      .option('--role <roles>', 'worker, requester, keeper, steward: parted by commas, or repeated (default: all)', collectList)
      .option('--label <key=value>', 'a label that the authority vouches for; jobs select it as attested/KEY=VALUE (repeatable)', collectPairs)
      .option('--expires <duration>', 'how long the membership lasts (default: 30d)', parseDuration)
      .option('--peer <id>', 'for this peer alone; without it, for whoever has the token')
      .option('-b, --bootstrap <address>', 'where the newcomer finds the mesh, or @FILE with one address a line (repeatable)', collectPeerAddresses),
  );
  withExamples(command, [
    ['shoal mesh invite --authority clinic.authority --role worker,keeper --label region=eu --expires 7d', 'a token for one kind of peer; treat it as a secret'],
    ['shoal mesh invite --authority clinic.authority --peer 12D3KooW…', 'for one peer, whose id `shoal status` told: useless to anybody else'],
  ]);
  command.action(async (options: InviteCommandOptions) => {
    const { readAuthority, saveAuthority } = await import('../mesh/authority-file.ts');
    const { memberRoles } = await import('@shoal/protocol');
    const { invite } = await import('../mesh/authority.ts');
    const now = context.clock.now();
    const until = now + (options.expires ?? defaultExpiryMs);
    const { token, issued, authority } = invite(await readAuthority(options.authority), {
      roles: options.role ?? [...memberRoles],
      labels: options.label ?? {},
      bootstrap: options.bootstrap ?? [],
      peer: options.peer,
      now,
      until,
    });
    await saveAuthority(options.authority, authority);
    if (options.json === true) return context.out.line(JSON.stringify({ token, ...issued }));
    context.out.line(token);
    const whose = options.peer === undefined ? 'whoever has it' : options.peer;
    context.err.lines([
      `Invitation ${issued.id.slice(0, 8)} for ${whose}: ${issued.roles.join(', ')}; ends in ${humanDuration(until - now)}.`,
      `There: shoal mesh join TOKEN, then shoal up. Taken back by: shoal mesh revoke ${issued.id.slice(0, 8)} --authority ${options.authority}`,
    ]);
  });
}
