import type { Command } from 'commander';
import type { Context } from '../cli/context.ts';
import { type CommonOptions, withCommonOptions, withExamples } from '../cli/options.ts';
import { pairs } from '../output/table.ts';

export function registerMeshInit(mesh: Command, context: Context): void {
  const command = withCommonOptions(
    mesh
      .command('init')
      .description('make the authority of a new private mesh: the key that says who belongs')
      .argument('<name>', 'up to 20 lower-case letters, digits and dashes')
      .option('--file <file>', 'where to write it (default: NAME.authority in this folder)'),
  );
  withExamples(command, [
    ['shoal mesh init clinic', 'writes clinic.authority; keep it safe, offline if you like'],
  ]);
  command.action(async (name: string, options: CommonOptions & { file?: string }) => {
    const { newAuthority } = await import('../mesh/authority.ts');
    const { createAuthority } = await import('../mesh/authority-file.ts');
    const file = options.file ?? `${name}.authority`;
    const authority = newAuthority(name);
    await createAuthority(file, authority);
    if (options.json === true) return context.out.line(JSON.stringify({ mesh: authority.mesh, file }));
    context.out.lines([
      ...pairs([['mesh', authority.mesh], ['authority', file]], context.out.style),
      'Whoever has that file decides who belongs. Keep it secret, and a copy of it elsewhere; no peer needs it.',
      `Invite the first peer: shoal mesh invite --authority ${file} --role worker,requester`,
    ]);
  });
}
