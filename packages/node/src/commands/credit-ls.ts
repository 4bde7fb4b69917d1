import type { Command } from 'commander';
import type { CreditAnswer } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { parseInteger } from '../cli/parse.ts';
import { limits } from '../limits.ts';
import { humanAge, humanDuration, humanMagnitude } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { plural, shortId } from '../output/text.ts';

export function registerCreditLs(credit: Command, context: Context): void {
  const command = withPeerOptions(
    credit
      .command('ls')
      .alias('list')
      .description('what this peer earned: the receipts that requesters signed for its work, newest first')
      .option('-n, --limit <n>', 'at most this many', parseInteger(1, limits.maxReceiptsListed), 50),
  );
  withExamples(command, [
    ['shoal credit ls', 'the last 50 receipts, and the sum of all'],
    ['shoal credit ls --json', 'the same for programs'],
  ]);
  command.action(async (options: PeerCommandOptions & { limit: number }) => {
    const answer = await (await context.peer(options)).credit({ limit: options.limit });
    if (options.json === true) context.out.line(JSON.stringify(answer));
    else context.out.lines(describeCredit(answer, context.out, context.clock.now()));
  });
}

export function describeCredit({ totals, receipts }: CreditAnswer, { style }: Pick<Screen, 'style'>, now: number): string[] {
  if (totals.receipts === 0) return ['No receipts yet. They come when jobs end in which this peer did accepted work.'];
  const hidden = totals.receipts - receipts.length;
  const alone = totals.receipts - totals.countersigned;
  return [
    `${style.bold(`credit ${humanMagnitude(totals.credit)}`)} for ${plural(totals.units, 'unit')} in ${plural(totals.receipts, 'receipt')}`,
    ...(alone > 0 ? [style.dim(`${alone} not signed by this peer yet: they cannot be shown to others`)] : []),
    '',
    ...table(
      receipts,
      [
        { title: 'REQUESTER', value: (receipt) => receipt.requester },
        { title: 'JOB', value: (receipt) => shortId(receipt.job) },
        { title: 'UNITS', value: (receipt) => String(receipt.units), align: 'right' },
        { title: 'FUEL', value: (receipt) => humanMagnitude(receipt.fuel), align: 'right' },
        { title: 'CREDIT', value: (receipt) => humanMagnitude(receipt.credit), align: 'right' },
        { title: 'TOOK', value: (receipt) => humanDuration(receipt.elapsedMs), align: 'right' },
        { title: 'WHEN', value: (receipt) => humanAge(now - receipt.at), align: 'right' },
        { title: 'SIGNED BY', value: (receipt) => (receipt.countersigned ? 'both' : 'requester') },
      ],
      { style },
    ),
    ...(hidden > 0 ? [style.dim(`and ${plural(hidden, 'older receipt')}: --limit shows more`)] : []),
  ];
}
