import { systemRandom } from '@shoal/runtime';
import { locateFlights, mergeFlights, parseFlightsTable } from '@shoal/workloads';
import type { Context } from '../cli/context.ts';
import { onLeave } from '../daemon/signals.ts';
import { NodeError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { computeCentrally } from './check.ts';
import { cleanUp, dropEverything } from './cleanup.ts';
import { type DemoOutcome, bytesMovedBy, toOutcome } from './outcome.ts';
import { makeFolder } from './folder.ts';
import { describeOutcome } from './report.ts';
import { Session } from './session.ts';
import { joinPeers, leaveFirst } from './stages/join.ts';
import { cutShards, placeShards } from './stages/data.ts';
import { runJob } from './stages/run.ts';
import { createTheatre } from './theatre.ts';
import { findProblems } from './verify.ts';

/** `shoal demo`: the whole journey of a job, and the proof that its answer is right. */
export async function demo(context: Context, { json }: { json: boolean }): Promise<void> {
  const { clock } = context;
  const leaving = onLeave({ clock, onHangUp: true, atOnce: () => atOnce() });
  const theatre = createTheatre(context, { json });
  const session = new Session({
    folder: await makeFolder(),
    clock,
    random: systemRandom,
    interrupted: leaving.signal,
    onChange: theatre.show,
    onStageDone: theatre.stageDone,
  });
  const atOnce = (): void => {
    theatre.end();
    dropEverything(session);
    process.exit(exitCodes.interrupted);
  };
  const { outcome, error } = await play(session);
  theatre.freeze(leaving.signal.aborted ? 'stopping everything; Ctrl-C once more drops it at once' : 'stopping everything');
  const problems = [...(outcome?.problems ?? []), ...(await cleanUp(session))];
  theatre.end();
  leaving.dispose();
  const interrupted = new NodeError('interrupted', 'Interrupted; everything is stopped and removed');
  finish(context, session, { json, outcome, error: leaving.signal.aborted ? interrupted : error, problems });
}

/** The story, as far as it goes. */
async function play(session: Session): Promise<{ outcome?: DemoOutcome; error?: unknown }> {
  try {
    await joinPeers(session);
    await leaveFirst(session);
    await cutShards(session);
    await placeShards(session);
    const results = await runJob(session);
    return { outcome: await check(session, results.map((result) => Buffer.from(result.stdout, 'base64'))) };
  } catch (error) {
    return { error: session.signal.aborted ? session.signal.reason : error };
  }
}

async function check(session: Session, tables: readonly Uint8Array[]): Promise<DemoOutcome> {
  let outcome: DemoOutcome | undefined;
  await session.stage('check', 'computing the same totals straight from the Parquet file', async () => {
    const totals = mergeFlights(tables.map(parseFlightsTable));
    const central = await computeCentrally(locateFlights(), session.signal);
    await Promise.all(session.state.peers.map((peer) => peer.refresh()));
    const bytesMoved = bytesMovedBy(session);
    outcome = toOutcome(session, totals, bytesMoved, findProblems(session.state, totals, central, bytesMoved));
    return outcome.ok ? 'every total and airport is the same as straight from the Parquet file' : 'not as it should be';
  });
  if (outcome === undefined) throw new NodeError('demo-wrong', 'The check came to no end');
  return outcome;
}

interface Ending {
  json: boolean;
  outcome: DemoOutcome | undefined;
  error: unknown;
  problems: readonly string[];
}

function finish(context: Context, session: Session, { json, outcome, error, problems }: Ending): void {
  if (outcome === undefined) throw error ?? new NodeError('demo-wrong', 'The demo came to no end');
  const wallMs = Math.round(session.clock.monotonic() - session.beganAt);
  const { problems: _, ...rest } = outcome;
  const final: DemoOutcome = { ...rest, ok: problems.length === 0, wallMs, ...(problems.length === 0 ? {} : { problems: [...problems] }) };
  if (json) context.out.line(JSON.stringify(final));
  else context.out.lines(describeOutcome(final, session.state, context.out));
  if (error !== undefined) throw error;
  if (problems.length === 0) {
    if (!json) context.out.line(context.out.style.green('All of it verified; everything is stopped, and nothing is left behind.'));
    return;
  }
  context.setExitCode(exitCodes.failed);
  if (!json) context.err.lines(['The demo is not as it should be:', ...problems.map((text) => `  - ${text}`)]);
}
