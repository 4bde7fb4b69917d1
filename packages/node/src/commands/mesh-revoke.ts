import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { messageOf } from '@shoal/runtime';
import type { Context } from '../cli/context.ts';
import { existing } from '../cli/files.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { NodeError } from '../errors.ts';

interface RevokeOptions extends PeerCommandOptions {
  authority?: string;
  out?: string;
  tell?: string;
}

export function registerMeshRevoke(mesh: Command, context: Context): void {
  const command = withPeerOptions(
    mesh
      .command('revoke')
      .description('take peers, or all who came by an invitation, out of a private mesh')
      .argument('[who...]', 'peer ids, and ids of invitations (their first characters)')
      .option('--authority <file>', 'what `shoal mesh init` wrote')
      .option('--out <file>', 'write the signed list there, to be carried to a machine of the mesh')
      .option('--tell <file>', 'tell the mesh by the running peer what another machine wrote with --out'),
  );
  withExamples(command, [
    ['shoal mesh revoke 12D3KooW… --authority clinic.authority', 'signs, and tells the mesh by the peer that runs here'],
    ['shoal mesh revoke 3fa9c2d1 --authority clinic.authority --out revoked', 'where the authority is kept offline; then, at a member:'],
    ['shoal mesh revoke --tell revoked', 'the mesh hears of it within seconds, peers that are off when they return'],
  ]);
  command.action(async (who: string[], options: RevokeOptions) => revoke(context, who, options));
}

async function revoke(context: Context, who: string[], options: RevokeOptions): Promise<void> {
  const list = options.tell === undefined ? await signed(context, who, options) : await carried(who, options);
  const said: Record<string, unknown> = {};
  if (options.out !== undefined) {
    await writeFile(resolve(options.out), list).catch((cause: unknown) => {
      throw new NodeError('output-unwritable', `Cannot write the list ${options.out}: ${messageOf(cause)}`, { cause, hint: 'Choose another path. The authority has noted whom you revoked: run it again.' });
    });
    said['out'] = options.out;
  } else {
    const { newer, cutOff } = await (await context.peer(options)).tellRevocations(list);
    Object.assign(said, { newer, cutOff });
  }
  if (options.json === true) return context.out.line(JSON.stringify(said));
  if (options.out !== undefined) return context.out.line(`Written to ${options.out}. At a member of the mesh: shoal mesh revoke --tell ${options.out}`);
  context.out.line(said['newer'] === true ? 'Told. Every member that is up cuts them off within seconds; those that are off, when they return.' : 'The mesh knew that already.');
}

async function signed(context: Context, who: string[], { authority: file }: RevokeOptions): Promise<Uint8Array> {
  if (file === undefined) throw new NodeError('usage', 'shoal mesh revoke: who signs is missing: expected --authority FILE, or --tell FILE with a list that was signed elsewhere');
  const { readAuthority, saveAuthority } = await import('../mesh/authority-file.ts');
  const { revocationsOf, revoke: add } = await import('../mesh/authority.ts');
  const known = await readAuthority(file);
  // Without names the list as it is: to tell it again.
  if (who.length === 0 && known.revocations.seq === 0) throw new NodeError('usage', 'shoal mesh revoke: whom? Expected peer ids or ids of invitations', { hint: `shoal mesh ls --authority ${file}` });
  if (who.length === 0) return revocationsOf(known, context.clock.now());
  const { list, authority } = add(known, who, context.clock.now());
  await saveAuthority(file, authority);
  return list;
}

async function carried(who: string[], { tell = '', authority }: RevokeOptions): Promise<Uint8Array> {
  if (who.length > 0 || authority !== undefined) throw new NodeError('usage', 'shoal mesh revoke: --tell passes on a signed list as it is: leave out whom, and --authority');
  return new Uint8Array(await readFile(await existing(tell, 'a list of revocations')));
}
