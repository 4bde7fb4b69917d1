import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { messageOf } from '@shoal/runtime';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { parseAnswer } from '../client/http.ts';
import { NodeError } from '../errors.ts';
import { plural } from '../output/text.ts';

export function registerCreditExport(credit: Command, context: Context): void {
  const command = withPeerOptions(
    credit
      .command('export')
      .description('write the receipts that both sides have signed into a file, which anybody can verify')
      .argument('<file>', 'where to write them; replaced if it is there'),
  );
  withExamples(command, [['shoal credit export receipts.json', 'to show what this peer did']]);
  command.action(async (file: string, options: PeerCommandOptions) => {
    const path = resolve(file);
    const document = Buffer.from(await (await context.peer(options)).exportCredit());
    const { receipts } = parseAnswer(document) as { receipts: unknown[] };
    await writeFile(path, document).catch((cause: unknown) => {
      throw new NodeError('output-unwritable', `Cannot write the receipts ${path}: ${messageOf(cause)}`, { cause, hint: 'Choose another path.' });
    });
    if (options.json === true) context.out.line(JSON.stringify({ path, receipts: receipts.length }));
    else context.out.lines([`${plural(receipts.length, 'receipt')} written to ${path}`, `Anybody can check them: shoal credit verify ${file}`]);
  });
}
