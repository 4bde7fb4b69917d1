import { summaryOf, type Sample, type Study, type StudyFigures } from '@shoal/sim';
import { humanBytes, humanCount, humanDuration } from '../output/quantities.ts';
import type { Style } from '../output/style.ts';
import { pairs } from '../output/table.ts';

const blocks = '▁▂▃▄▅▆▇█';
const chartWidth = 60;

/** The report of a study for a terminal. */
export function reportLines(study: Study, figures: StudyFigures, style: Style): string[] {
  const { samples } = study;
  const hasJobs = study.options.jobs > 0;
  const wanted = figures.unitsAccepted + figures.unitsLost;
  const verdict = figures.unitsLost === 0 ? style.green(`all ${wanted} units accepted`) : style.yellow(`${figures.unitsAccepted} of ${wanted} units accepted, ${figures.unitsLost} not finished in time`);
  const wrong = figures.wrongAccepted === 0 ? style.green('none wrong') : style.red(`${figures.wrongAccepted} wrong`);
  return [
    style.bold(`A mesh of ${figures.peers} peers`),
    `  ${summaryOf(study)}`,
    '',
    ...(hasJobs ? [`  ${verdict}, ${wrong}`, ''] : []),
    ...chart('peers up', samples, (sample) => sample.peersUp, style),
    ...(hasJobs ? [...chart('units running', samples, (sample) => sample.unitsRunning, style), ...chart('units accepted', samples, (sample) => sample.unitsAccepted, style)] : []),
    `  ${' '.repeat(16)}${axis(samples)}`,
    '',
    ...pairs(
      [
        ...(hasJobs ? rowsOfJobs(study, figures) : []),
        ['traffic', trafficOf(figures)],
        ...(figures.atRest === undefined ? [] : [['at rest', `${trafficOf(figures.atRest)}, from minute ${figures.atRest.fromMinute} on`] as [string, string]]),
        ['invariants', figures.violations === 0 ? 'none violated' : style.red(`${figures.violations} violated`)],
        ['trace', `${figures.traceHash} (seed ${figures.seed}), simulated in ${humanDuration(figures.wallMs)}`],
      ],
      style,
    ),
    ...study.violations.slice(0, 5).map(({ rule, text }) => `  ${style.red(rule)}: ${text}`),
  ];
}

function rowsOfJobs(study: Study, figures: StudyFigures): [string, string][] {
  return [
    ['executions', `${humanCount(figures.executions)}, ${figures.replicationOverhead.toFixed(2)} for each accepted unit`],
    ['time', `${figures.makespanVsIdeal.toFixed(2)} times what the peers present would need at best`],
    ['jobs', jobTimes(study)],
    ['first bid', `${figures.firstBidMsP50} ms in the median, ${figures.firstBidMsP99} ms at worst (99 %)`],
  ];
}

function trafficOf({ messagesPerPeerMinute, bytesPerPeerMinute }: Pick<StudyFigures, 'messagesPerPeerMinute' | 'bytesPerPeerMinute'>): string {
  return `${humanCount(messagesPerPeerMinute)} messages and ${humanBytes(bytesPerPeerMinute)} a peer and minute`;
}

function jobTimes({ jobMinutes, figures }: Study): string {
  if (jobMinutes.length === 0) return 'none ended';
  const sorted = [...jobMinutes].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `${jobMinutes.length} of ${figures.jobs} ended, after ${at(0.5)} minutes in the median and ${at(1)} at most`;
}

function chart(name: string, samples: readonly Sample[], value: (sample: Sample) => number, style: Style): string[] {
  const values = resampled(samples.map(value));
  const most = Math.max(1, ...values);
  const line = values.map((one) => blocks[Math.min(blocks.length - 1, Math.floor((one / most) * (blocks.length - 0.01)))]).join('');
  return [`  ${style.dim(name.padEnd(14))}  ${style.cyan(line)}  ${style.dim(`0 to ${Math.round(most * 10) / 10}`)}`];
}

function resampled(values: readonly number[]): number[] {
  const width = Math.min(chartWidth, values.length);
  return Array.from({ length: width }, (_, i) => values[Math.round((i * (values.length - 1)) / Math.max(1, width - 1))] ?? 0);
}

function axis(samples: readonly Sample[]): string {
  const width = Math.min(chartWidth, samples.length);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
  const last = samples.at(-1);
  if (last === undefined) return '';
  const end = clock(Math.round(last.hourOfDay * 60));
  return `18:00${' '.repeat(Math.max(1, width - 5 - end.length))}${end}`;
}
