import type { Command } from 'commander';
import { systemClock } from '@shoal/runtime';
import type { StatusAnswer } from '../api/wire.ts';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { humanBytes, humanDuration } from '../output/quantities.ts';
import type { Style } from '../output/style.ts';
import { describeHours, describePolicy } from '../output/policy.ts';
import { pairs } from '../output/table.ts';
import { describeReach } from '../network/describe-reach.ts';
import { plural, printableLine, shortId } from '../output/text.ts';

export function registerStatus(program: Command, context: Context): void {
  const command = withPeerOptions(program.command('status').description('how the running peer is, and what it does'));
  withExamples(command, [
    ['shoal status', 'neighbours, slots, and the units at work'],
    ['shoal status --json', 'the same for programs'],
  ]);
  command.action(async (options: PeerCommandOptions) => {
    const status = await (await context.peer(options)).status();
    if (options.json === true) context.out.line(JSON.stringify(status));
    else context.out.lines(describeStatus(status, context.out.style));
  });
}

export function describeStatus(status: StatusAnswer, style: Style): string[] {
  const rows: [string, string][] = [
    ['state', stateOf(status, style)],
    ['mesh', `${printableLine(status.mesh)}, ${plural(status.neighbours, 'neighbour')}, ${plural(status.knownPeers, 'peer')} known`],
    ['reach', describeReach(status)],
    ['work', status.slots === 0 ? 'none: it only posts jobs' : `${status.running} of ${plural(status.slots, 'slot')} busy, ${sandboxOf(status)}`],
    ...lentTo(status, style),
    ['jobs', `${status.jobs.open} open of its own${status.jobs.entrusted === 0 ? '' : `, ${status.jobs.entrusted} entrusted to it by others`}`],
    ['stored', humanBytes(status.storedBytes)],
    ['traffic', `${humanBytes(status.bytesSent)} sent, ${humanBytes(status.bytesReceived)} received${capsOf(status.caps)}`],
    ['since', `${humanDuration(status.uptimeMs)} (process ${status.pid})`],
    ...(status.dataDir === undefined ? [] : [['data', status.dataDir] as [string, string]]),
    ...(status.operator === undefined ? [] : [['operator', status.operator] as [string, string]]),
    ...status.addresses.map((address, index): [string, string] => [index === 0 ? 'address' : '', address]),
  ];
  const units = status.work.map((unit) => `  unit ${unit.unit} of job ${shortId(unit.job)} for ${shortId(unit.requester)}, ${humanDuration(unit.sinceMs)}`);
  return [`${style.bold('peer')} ${status.peer}`, ...pairs(rows, style), ...(units.length === 0 ? [] : ['', style.bold('Running now'), ...units])];
}

/** What its owner allows, where he said anything, and until when its hours keep others out. */
function lentTo({ policy, slots }: StatusAnswer, style: Style): [string, string][] {
  if (slots === 0) return [];
  const words = describePolicy(policy);
  const hours = describeHours(policy, systemClock.now());
  return [...words.map((line, index): [string, string] => [index === 0 ? 'policy' : '', line]), ...(hours === undefined ? [] : [['hours', policy.open ? hours : style.yellow(hours)] as [string, string]])];
}

function capsOf({ uploadBytesPerSecond: upload, downloadBytesPerSecond: download }: StatusAnswer['caps']): string {
  const caps = [...(upload === undefined ? [] : [`${humanBytes(upload)}/s up`]), ...(download === undefined ? [] : [`${humanBytes(download)}/s down`])];
  return caps.length === 0 ? '' : `; data at most ${caps.join(', ')}`;
}

function sandboxOf({ isolation, minIsolation, fuelPerSecond }: StatusAnswer): string {
  const levels = ['process', 'partial', 'full'];
  const refuses = minIsolation !== undefined && levels.indexOf(isolation) < levels.indexOf(minIsolation);
  const speed = fuelPerSecond === undefined || fuelPerSecond === 0 ? '' : `, ${Math.round(fuelPerSecond / 1e6)} million fuel a second`;
  return `sandbox: ${isolation}${refuses ? ` (programs of others are refused below ${minIsolation}; see --min-isolation)` : ''}${speed}`;
}

function stateOf({ ready, neighbours, joining, knownPeers, readyAfterMs }: StatusAnswer, style: Style): string {
  if (joining === 'isolated') return style.red(`cut off: ${plural(knownPeers, 'peer')} known and nobody answers; going on trying`);
  if (neighbours === 0) return style.yellow('alone: no neighbours');
  if (!ready) return style.yellow('joining: fewer neighbours than it wants');
  return style.green(`ready${readyAfterMs === undefined ? '' : ` (after ${humanDuration(readyAfterMs)})`}`);
}
