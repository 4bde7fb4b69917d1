import type { Sample, Study, StudyFigures } from './study.ts';

const width = 720;
const height = 220;
const pad = { left: 64, right: 12, top: 10, bottom: 28 };

interface Line {
  name: string;
  colour: string;
  value: (sample: Sample) => number;
}

/** A page with the figures and plots of a study: one file, nothing loaded from elsewhere. */
export function htmlOf(study: Study, figures: StudyFigures): string {
  const { options } = study;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shoal: ${options.peers} peers, ${options.jobs} jobs</title><style>${style}</style></head><body><main>
<h1>A simulated mesh of ${options.peers} peers</h1>
<p class="lead">${escape(summaryOf(study))}</p>
<section class="cards">${cardsOf(figures)}</section>
${plotOf('Peers that are up', study, [{ name: 'peers up', colour: '#1f6feb', value: (s) => s.peersUp }])}
${options.jobs === 0 ? '' : plotsOfJobs(study)}
<h2>All figures</h2><table>${rowsOf(figures)}</table>
${study.violations.length === 0 ? '<p>No invariant of the design was violated.</p>' : `<h2>Violations</h2><ul>${study.violations.map(({ rule, text, atMs }) => `<li><b>${escape(rule)}</b> at ${Math.round(atMs / 1000)} s: ${escape(text)}</li>`).join('')}</ul>`}
</main></body></html>
`;
}

function plotsOfJobs(study: Study): string {
  const units = plotOf('Units', study, [
    { name: 'posted', colour: '#8a8f98', value: (s) => s.unitsPosted },
    { name: 'accepted', colour: '#2da44e', value: (s) => s.unitsAccepted },
  ]);
  return [units, plotOf('Units running', study, [{ name: 'running', colour: '#d9730d', value: (s) => s.unitsRunning }]), histogramOf(study.jobMinutes)].join('\n');
}

/** In a sentence: what was simulated. */
export function summaryOf({ options, simulatedMs }: Study): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const parts = [options.jobs === 0 ? 'no jobs: a mesh at rest' : `${options.jobs} jobs of ${options.units} units, each run by ${options.quorum} peers, ${options.unitSeconds} s a unit on average`];
  if (options.churn > 0) parts.push(`${percent(options.churn)} of the peers drop out every hour`);
  if (options.nightly > 0) parts.push(`${percent(options.nightly)} are shut from 22:00 to 07:00`);
  if (options.liars > 0) parts.push(`${percent(options.liars)} lie`);
  if (options.colluders > 0) parts.push(`${percent(options.colluders)} collude`);
  if (options.sleepers > 0) parts.push(`${percent(options.sleepers)} were honest so far, and lie from ${options.history > 0 ? 'now' : 'their 21st run'} on`);
  if (options.stewards > 0) parts.push(`${options.stewards} stewards and keepers a job`);
  if (options.requestersLeave) parts.push('whoever posted leaves for good');
  if (options.adaptive) parts.push(options.history > 0 ? `peers of which ${options.history} results are known, all valid, are mostly believed alone` : 'peers with a record are mostly believed alone');
  const hours = simulatedMs / 3_600_000;
  return `${parts.join('; ')}. Simulated: ${hours >= 1 ? `${hours.toFixed(1)} hours` : `${Math.round(hours * 60)} minutes`}, from 18:00.`;
}

function rowsOf({ atRest, ...figures }: StudyFigures): string {
  const rest = Object.entries(atRest ?? {}).map(([name, value]) => [`atRest.${name}`, value] as const);
  return [...Object.entries(figures), ...rest].map(([name, value]) => `<tr><th>${name}</th><td>${escape(typeof value === 'string' || name === 'seed' ? String(value) : value.toLocaleString('en-US'))}</td></tr>`).join('');
}

function cardsOf(figures: StudyFigures): string {
  const card = (value: string, name: string, bad = false): string => `<div class="card${bad ? ' bad' : ''}"><b>${value}</b><span>${name}</span></div>`;
  const rest = figures.atRest ?? figures;
  const traffic = [card(label(rest.messagesPerPeerMinute), 'messages a peer and minute'), card(label(rest.bytesPerPeerMinute), 'bytes a peer and minute')];
  if (figures.jobs === 0) return [...traffic, card(String(figures.violations), 'invariants violated', figures.violations > 0)].join('');
  return [
    card(figures.unitsAccepted.toLocaleString('en-US'), 'units accepted'),
    card(String(figures.unitsLost), 'units not finished', figures.unitsLost > 0),
    card(String(figures.wrongAccepted), 'accepted wrongly', figures.wrongAccepted > 0),
    card(figures.replicationOverhead.toFixed(2), 'executions a unit'),
    card(`${figures.makespanVsIdeal.toFixed(2)} ×`, 'of the ideal time'),
    card(`${figures.firstBidMsP50} ms`, 'to the first bid (median)'),
    card(String(figures.violations), 'invariants violated', figures.violations > 0),
  ].join('');
}

function plotOf(title: string, { samples }: Study, lines: Line[]): string {
  const last = samples.at(-1);
  if (last === undefined) return '';
  const top = niceTop(Math.max(1, ...lines.flatMap(({ value }) => samples.map(value))));
  const x = (atMs: number): number => pad.left + ((width - pad.left - pad.right) * atMs) / last.atMs;
  const y = (value: number): number => height - pad.bottom - ((height - pad.top - pad.bottom) * value) / top;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => `<line x1="${pad.left}" x2="${width - pad.right}" y1="${y(top * share)}" y2="${y(top * share)}" class="grid"/><text x="${pad.left - 8}" y="${y(top * share) + 4}" text-anchor="end">${label(top * share)}</text>`);
  const parts = Math.max(1, Math.min(6, Math.floor(last.atMs / 60_000))); // no minute twice
  const ticks = Array.from({ length: parts + 1 }, (_, i) => (last.atMs * i) / parts).map((atMs, i) => `<text x="${x(atMs)}" y="${height - 8}" text-anchor="${i === 0 ? 'start' : i === parts ? 'end' : 'middle'}">${clock(atMs)}</text>`);
  const paths = lines.map(({ colour, value }) => `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round" points="${samples.map((sample) => `${x(sample.atMs).toFixed(1)},${y(value(sample)).toFixed(1)}`).join(' ')}"/>`);
  const legend = lines.length < 2 ? '' : `<p class="legend">${lines.map(({ name, colour }) => `<span><i style="background:${colour}"></i>${name}</span>`).join('')}</p>`;
  return `<h2>${title}</h2>${legend}<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${grid.join('')}${ticks.join('')}${paths.join('')}</svg>`;
}

function histogramOf(minutes: readonly number[]): string {
  if (minutes.length === 0) return '<h2>Time a job takes</h2><p>No job ended.</p>';
  const bins = Math.min(20, Math.max(5, minutes.length));
  const most = niceTop(Math.max(...minutes));
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of minutes) {
    const bin = Math.min(bins - 1, Math.floor((value / most) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const top = Math.max(...counts);
  const w = (width - pad.left - pad.right) / bins;
  const bars = counts.map((count, i) => {
    const h = ((height - pad.top - pad.bottom) * count) / top;
    return `<rect x="${(pad.left + i * w + 1).toFixed(1)}" y="${(height - pad.bottom - h).toFixed(1)}" width="${(w - 2).toFixed(1)}" height="${h.toFixed(1)}" fill="#8250df"><title>${count} jobs</title></rect>`;
  });
  const axis = [0, 0.5, 1].map((share, i) => `<text x="${pad.left + (width - pad.left - pad.right) * share}" y="${height - 8}" text-anchor="${['start', 'middle', 'end'][i]}">${label(most * share)} min</text>`);
  const line = `<line x1="${pad.left}" x2="${width - pad.right}" y1="${height - pad.bottom}" y2="${height - pad.bottom}" class="grid"/>`;
  return `<h2>Time a job takes</h2><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Time a job takes">${line}${bars.join('')}${axis.join('')}<text x="${pad.left - 8}" y="${pad.top + 8}" text-anchor="end">${top}</text></svg>`;
}

/** The next of 1, 2, 5 times a power of ten. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function label(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function clock(atMs: number): string {
  const minutes = Math.round(18 * 60 + atMs / 60_000) % 1_440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `:root{color-scheme:light dark;--text:#1f2328;--soft:#59636e;--line:#d1d9e0;--back:#fff;--card:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9198a1;--line:#3d444d;--back:#0d1117;--card:#151b23}}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif}main{max-width:760px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:28px;margin:0 0 8px}h2{font-size:18px;margin:36px 0 8px}.lead{color:var(--soft);margin:0 0 20px}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px}.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.card b{display:block;font-size:24px}.card span{color:var(--soft);font-size:14px}.card.bad{border-color:#cf222e}.card.bad b{color:#cf222e}
svg{width:100%;height:auto;display:block}svg text{font-size:12px;fill:var(--soft)}.grid{stroke:var(--line);stroke-width:1}@media(max-width:560px){svg text{font-size:20px}}
.legend{margin:0 0 4px;color:var(--soft);font-size:14px}.legend span{margin-right:16px}.legend i{display:inline-block;width:12px;height:3px;margin-right:6px;vertical-align:middle}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 8px;border-bottom:1px solid var(--line);font-weight:400}td{text-align:right;font-variant-numeric:tabular-nums}`;
