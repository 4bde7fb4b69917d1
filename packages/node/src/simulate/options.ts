import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { StudyOptions } from '@shoal/sim';
import { parseInteger } from '../cli/parse.ts';
import type { CommonOptions } from '../cli/options.ts';

export interface SimulateOptions extends StudyOptions, CommonOptions {
  html?: string;
  sweep?: number;
  scenario?: string;
  saveScenario?: string;
  processes: number;
}

/** A small office, an hour, no trouble. */
const studyDefaults: StudyOptions = {
  peers: 50,
  jobs: 10,
  units: 40,
  quorum: 2,
  adaptive: false,
  unitSeconds: 60,
  churn: 0,
  liars: 0,
  colluders: 0,
  sleepers: 0,
  nightly: 0,
  stewards: 0,
  requestersLeave: false,
  history: 0,
  hours: 1,
  seed: 1,
};

const maxPeers = 20_000;
const maxHours = 24 * 14;

/** The options of `shoal simulate`. */
export function withSimulateOptions(command: Command): Command {
  const whole = (flags: string, text: string, least: number, most: number, value: number): Option =>
    new Option(flags, text).argParser(parseInteger(least, most)).default(value);
  const share = (flags: string, text: string, value: number): Option => new Option(flags, text).argParser(parseShare).default(value);
  const d = studyDefaults;
  return command
    .addOption(whole('--peers <n>', 'peers of the mesh; one in ten (at most ten) posts jobs, the others work', 6, maxPeers, d.peers))
    .addOption(whole('--jobs <n>', 'jobs, posted at the beginning; with --nightly, evenly over the first half of the time; 0: a mesh at rest', 0, 10_000, d.jobs))
    .addOption(whole('--units <n>', 'units of each job', 1, 10_000, d.units))
    .addOption(whole('--quorum <n>', 'peers that must agree on a unit', 1, 15, d.quorum))
    .addOption(new Option('--adaptive', 'believe peers with a long valid record alone').default(d.adaptive, 'off'))
    .addOption(whole('--unit-seconds <n>', 'how long an average unit takes on an average peer', 1, 86_400, d.unitSeconds))
    .addOption(share('--churn <share>', 'workers that drop out in every hour, for twenty minutes each on average', d.churn))
    .addOption(share('--nightly <share>', 'peers that are shut from 22:00 to 07:00 (it begins at 18:00)', d.nightly))
    .addOption(share('--liars <share>', 'peers that make results up, each its own', d.liars))
    .addOption(share('--colluders <share>', 'peers that agree on the same false results', d.colluders))
    .addOption(share('--sleepers <share>', 'peers that are honest as long as --history goes back (without it, for twenty runs), and lie from then on', d.sleepers))
    .addOption(whole('--stewards <n>', 'peers that act for a job while whoever posted it is away, and as many that keep its results', 0, 7, d.stewards))
    .addOption(new Option('--requesters-leave', 'those who post jobs leave for good a minute after the last one').default(d.requestersLeave, 'off'))
    .addOption(whole('--history <n>', 'results that requesters have seen of each peer before: valid ones of honest peers; who lied was found out (with --adaptive)', 0, 1_000, d.history))
    .addOption(new Option('--hours <n>', 'simulated time at most; it ends when every job has, with --nightly not before 23:00').argParser(parseHours).default(d.hours))
    .addOption(whole('--seed <n>', 'the same seed gives the same run, to the last message', 0, 2 ** 31, d.seed))
    .addOption(new Option('--html <file>', 'write a page with plots'))
    .addOption(new Option('--sweep <n>', 'instead: this many random worlds with every fault there is, from --seed on; checks the invariants').argParser(parseInteger(1, 1_000_000)))
    .addOption(new Option('--save-scenario <file>', 'with --sweep: write the first failing world there, cut down to what it takes to fail'))
    .addOption(new Option('--scenario <file>', 'instead: the one world that a sweep wrote; checks the invariants').conflicts('sweep'))
    .addOption(whole('--processes <n>', 'processes of a sweep', 1, 256, availableParallelism()));
}

/** The command that repeats a study. */
export function studyCommand(options: StudyOptions): string {
  const flags = (Object.keys(studyDefaults) as (keyof StudyOptions)[]).flatMap((key) => {
    const value = options[key];
    if (value === studyDefaults[key] && key !== 'seed') return [];
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, String(value)];
  });
  return ['shoal simulate', ...flags].join(' ');
}

function parseShare(text: string): number {
  const value = text.trim().endsWith('%') ? Number(text.trim().slice(0, -1)) / 100 : Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share such as 0.33 or 33%.');
}

function parseHours(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= maxHours) return value;
  throw new InvalidArgumentError(`Expected hours, more than 0 and at most ${maxHours}.`);
}
