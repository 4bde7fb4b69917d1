import type { UnitState } from '@shoal/peer';
import { gauge } from '../output/bar.ts';
import { humanBytes, humanDuration } from '../output/quantities.ts';
import type { Style } from '../output/style.ts';
import { padEnd, plural } from '../output/text.ts';
import type { DemoPeer } from './peer.ts';
import { quorum } from './stages/run.ts';
import { requesterNumber } from './stages/join.ts';
import type { DemoState, Stage } from './state.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
const gaugeWidth = 33;

/** The demo's screen: stages, peers, and the job when there is one. */
export function drawDemo(state: DemoState, style: Style, nowMs: number): string[] {
  const begun = state.stages.filter((stage) => stage.state !== 'waiting' || stage.name !== 'check');
  return [
    ...begun.map((stage) => drawStage(stage, style, nowMs)),
    ...(state.peers.length === 0 ? [] : ['', ...state.peers.map((peer) => drawPeer(peer, state, style, nowMs))]),
    ...(state.job === undefined ? [] : ['', ...drawJob(state, style, nowMs)]),
  ];
}

export function drawStage(stage: Stage, style: Style, nowMs: number): string {
  const spinner = frames[Math.floor(nowMs / frameMs) % frames.length] ?? '';
  const sign = { waiting: style.dim('·'), running: style.cyan(spinner), done: style.green('✓') }[stage.state];
  const text = stage.state === 'waiting' ? style.dim(stage.text) : stage.text;
  return `  ${sign} ${style.bold(padEnd(stage.name, 6))} ${text}`;
}

function drawPeer(peer: DemoPeer, state: DemoState, style: Style, nowMs: number): string {
  const name = style.bold(`peer ${peer.number}`);
  const links = peer.status === undefined ? '' : `${plural(peer.status.neighbours, 'neighbour')}`;
  return `    ${name}  ${padEnd(links, 12)}  ${doing(peer, state, style, nowMs)}`;
}

function doing(peer: DemoPeer, state: DemoState, style: Style, nowMs: number): string {
  if (peer.phase === 'left') return style.dim('left for good');
  if (peer.phase === 'starting') return style.dim('starting');
  const parts: string[] = [];
  const held = state.placed.get(peer.number);
  if (held !== undefined) parts.push(`${plural(held.shards, 'shard')}, ${humanBytes(held.bytes)}`);
  if (peer.number === requesterNumber && state.job !== undefined) parts.push('posted the job, holds no data');
  const worker = state.job?.workers.find((each) => each.peer === peer.id);
  if (peer.phase === 'killed') {
    const unit = state.kill?.peer === peer ? ` in the middle of unit ${state.kill.unit}` : '';
    return [...parts, style.red(`killed${unit}, ${humanDuration(nowMs - (peer.killedAt ?? nowMs))} ago`)].join(' · ');
  }
  if (worker !== undefined) parts.push(`${plural(worker.committed, 'run')} done`);
  const [unit] = state.job?.state === 'open' ? (peer.status?.work ?? []) : [];
  if (unit !== undefined) parts.push(style.cyan(`runs unit ${unit.unit}`));
  if (peer.phase === 'back') parts.push(style.yellow('was killed, is back'));
  return parts.join(' · ');
}

const signs: Record<UnitState, string> = { waiting: '·', running: '▸', committed: '◐', accepted: '●', disputed: '✗', abandoned: '✗' };

function drawJob({ job, units, postedAt = 0 }: DemoState, style: Style, nowMs: number): string[] {
  if (job === undefined) return [];
  const paint: Record<UnitState, (text: string) => string> = {
    waiting: style.dim,
    running: style.cyan,
    committed: style.yellow,
    accepted: style.green,
    disputed: style.red,
    abandoned: style.red,
  };
  const strip = units.map((unit) => paint[unit.state](signs[unit.state])).join('  ');
  const wanted = job.units * quorum;
  const elapsed = humanDuration((job.finishedAt === undefined ? nowMs - postedAt : job.finishedAt - job.createdAt));
  return [
    `    ${style.bold(padEnd('units', 8))}  ${padEnd(strip, gaugeWidth)}  ${job.accepted} of ${job.units} accepted`,
    `    ${style.bold('replicas')}  ${style.green(gauge(job.executions, wanted, gaugeWidth))}  ${job.executions} of ${wanted} committed`,
    `    ${style.dim('          ▸ at work   ◐ one result   ● two that agree')}`,
    `    ${style.dim(`${plural(job.bids, 'bid')} · ${humanBytes(job.bytesProcessed)} read where it lies · ${elapsed}`)}`,
  ];
}
