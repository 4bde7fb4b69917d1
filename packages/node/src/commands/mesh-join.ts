import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanDuration } from '../output/quantities.ts';
import { pairs } from '../output/table.ts';
import { upCommand } from '../client/not-running.ts';

export function registerMeshJoin(mesh: Command, context: Context): void {
  const command = withPeerOptions(
    mesh
      .command('join')
      .description('make the peer of a data directory a member of a private mesh, from its next start on')
      .argument('<token>', 'what `shoal mesh invite` printed; - reads it from standard input'),
  );
  withExamples(command, [
    ['shoal mesh join shoal1u…', 'the peer in ~/.shoal; then: shoal up'],
    ['shoal mesh join - --data-dir b < token', 'without the token in your shell’s history'],
  ]);
  command.action(async (given: string, options: PeerCommandOptions) => {
    const { joinMesh } = await import('@shoal/peer');
    const token = given === '-' ? await readAll(process.stdin) : given;
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    const now = context.clock.now();
    const joined = await joinMesh(options.dataDir, token, now);
    if (options.json === true) return context.out.line(JSON.stringify(joined));
    const labels = Object.entries(joined.labels).map(([key, value]) => `attested/${key}=${value}`);
    context.out.lines([
      ...pairs(
        [
          ['mesh', joined.mesh],
          ['peer', joined.peer],
          ['roles', joined.roles.join(', ')],
          ...(labels.length === 0 ? [] : [['labels', labels.join(', ')] as [string, string]]),
          ['until', `in ${humanDuration(joined.until - now)}`],
        ],
        context.out.style,
      ),
      `Start it, or restart it: ${upCommand(options.dataDir)}`,
    ]);
  });
}

async function readAll(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
