import type { Command } from 'commander';
import type { ReceiptView } from '@shoal/peer';
import { systemCrypto } from '@shoal/runtime';
import type { Context } from '../cli/context.ts';
import { readText } from '../cli/files.ts';
import { type CommonOptions, withCommonOptions, withExamples } from '../cli/options.ts';
import { limits } from '../limits.ts';
import { humanMagnitude } from '../output/quantities.ts';
import type { Screen } from '../output/screen.ts';
import { table } from '../output/table.ts';
import { plural } from '../output/text.ts';

/** More lines than a screen has help nobody. */
const maxRowsShown = 40;

export function registerCreditVerify(credit: Command, context: Context): void {
  const command = withCommonOptions(
    credit
      .command('verify')
      .description('check both signatures of every receipt in a file; needs no running peer')
      .argument('<file>', 'what `shoal credit export` wrote'),
  );
  withExamples(command, [
    ['shoal credit verify receipts.json', 'who did how much for whom; fails where one receipt is not genuine'],
    ['shoal credit verify receipts.json --json', 'the same for programs'],
  ]);
  command.action(async (file: string, options: CommonOptions) => {
    const text = await readText(file, 'a file of receipts', limits.maxReceiptsFileBytes);
    // Loaded here only: no other command waits for the library.
    const { largestOfEach, verifyReceipts } = await import('@shoal/peer');
    const shown = verifyReceipts(text, systemCrypto);
    // A copy is one receipt, and so is a second one for the same work, of the requester and of a steward.
    const receipts = largestOfEach(shown, (receipt) => receipt);
    const repeated = shown.length - receipts.length;
    if (options.json === true) context.out.line(JSON.stringify({ ok: true, repeated, receipts }));
    else context.out.lines(describeVerified(receipts, repeated, context.out));
  });
}

interface Row {
  worker: string;
  requester: string;
  receipts: number;
  units: number;
  fuel: number;
  credit: number;
}

function describeVerified(receipts: readonly ReceiptView[], repeated: number, screen: Pick<Screen, 'style' | 'width'>): string[] {
  const { style } = screen;
  if (receipts.length === 0) return ['The file is genuine, and there is no receipt in it.'];
  const rows = rowsOf(receipts);
  const hidden = rows.length - maxRowsShown;
  return [
    `${style.green('Genuine')}: ${plural(receipts.length, 'receipt')}, each signed by its requester and its worker.`,
    ...(repeated > 0 ? [style.yellow(`${repeated} more were copies of these, or second ones for the same work, and count for nothing.`)] : []),
    style.dim('A receipt is worth what its requester is: anybody may sign for a friend.'),
    '',
    ...table(
      rows.slice(0, maxRowsShown),
      [
        { title: 'WORKER', value: (row) => row.worker, shrinkTo: 20 },
        { title: 'REQUESTER', value: (row) => row.requester, shrinkTo: 20 },
        { title: 'RECEIPTS', value: (row) => String(row.receipts), align: 'right' },
        { title: 'UNITS', value: (row) => String(row.units), align: 'right' },
        { title: 'FUEL', value: (row) => humanMagnitude(row.fuel), align: 'right' },
        { title: 'CREDIT', value: (row) => humanMagnitude(row.credit), align: 'right' },
      ],
      screen.width === undefined ? { style } : { style, width: screen.width },
    ),
    ...(hidden > 0 ? [style.dim(`and ${plural(hidden, 'pair')} more: --json shows all`)] : []),
  ];
}

/** Sums by worker and requester, the most credit first. */
function rowsOf(receipts: readonly ReceiptView[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { worker, requester, units, fuel, credit } of receipts) {
    const key = `${worker} ${requester}`;
    const row = rows.get(key) ?? { worker, requester, receipts: 0, units: 0, fuel: 0, credit: 0 };
    row.receipts += 1;
    row.units += units;
    row.fuel += fuel;
    row.credit += credit;
    rows.set(key, row);
  }
  return [...rows.values()].toSorted((a, b) => b.credit - a.credit);
}
