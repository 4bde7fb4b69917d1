import { type Clock, type LogLevel, createLogger, messageOf } from '@shoal/runtime';
import { type PeerOptions, createPeer } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { exitCodes } from '../exit-codes.ts';
import { limits } from '../limits.ts';
import { createAnnouncer } from './announce.ts';
import { saveCodeCache } from './code-cache.ts';
import { startDaemon } from './daemon.ts';
import { letHeapGrow } from './heap.ts';
import { onLeave, onSuspend } from './signals.ts';
import { watchMesh } from './watch-mesh.ts';

export interface UpOptions extends Omit<PeerOptions, 'dataDir' | 'logger' | 'onFailure'> {
  dataDir: string;
  json: boolean;
  logLevel: LogLevel;
  /** Leave when standard input ends: whoever started this peer is gone. */
  untilStdinEnds: boolean;
  /** Give figures on this port of the machine. */
  metricsPort?: number;
}

/** `shoal up`: a peer in the foreground, until somebody asks it to leave. */
export async function up(context: Context, { dataDir, json, logLevel, untilStdinEnds, metricsPort, ...peerOptions }: UpOptions): Promise<void> {
  const { clock, out } = context;
  const leaving = onLeave({ clock, onHangUp: out.isTTY, atOnce: () => process.exit(exitCodes.interrupted) });
  const logger = createLogger({ level: logLevel, json, write: (line) => context.err.line(line) });
  if (untilStdinEnds) process.stdin.on('end', () => leaving.leave('standard input ended')).resume();
  const announcer = createAnnouncer({ out, json, dataDir, bootstrap: peerOptions.bootstrap ?? [], mesh: peerOptions.mesh });
  let failure: Error | undefined;
  const onFailure = (error: Error): void => {
    failure = error;
    leaving.leave('the peer had to stop');
  };
  const starting = startDaemon({ dataDir, clock, logger, createPeer: (own) => createPeer({ ...peerOptions, ...own, countAll: metricsPort !== undefined, onFailure }), metricsPort });
  const daemon = await Promise.race([starting, aborted(leaving.signal)]);
  if (daemon !== undefined) {
    announcer.started(await daemon.peer.status(), daemon.socketPath, daemon.metricsPort);
    saveCodeCache();
    letHeapGrow();
    const { peer } = daemon;
    const giveBack = process.platform === 'win32' ? undefined : onSuspend(() => peer.pause(), () => peer.proceed());
    await watchMesh(peer, clock, leaving.signal, announcer.mesh);
    giveBack?.();
  }
  announcer.leaving();
  const begin = clock.monotonic();
  // It may have been asked to leave while it was still starting.
  const stopped = starting.then((started) => started.stop());
  const end = await inTime(stopped, clock);
  if (failure !== undefined) throw failure;
  if (end.kind === 'done') return announcer.left(clock.monotonic() - begin);
  logger.error(end.kind === 'late' ? 'leaving took too long; the process ends as it is' : 'leaving did not go cleanly', { why: end.why });
  context.setExitCode(exitCodes.failed);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Past the deadline the process ends with whatever is still open, which a journal survives. */
async function inTime(stopped: Promise<void>, clock: Clock): Promise<{ kind: 'done' | 'late' | 'failed'; why: string }> {
  const late = new Promise<{ kind: 'late'; why: string }>((resolve) => {
    clock.setTimer(limits.stopMs, () => resolve({ kind: 'late', why: `not stopped within ${limits.stopMs} ms` }));
  });
  const done = stopped.then(
    () => ({ kind: 'done' as const, why: '' }),
    (error: unknown) => ({ kind: 'failed' as const, why: messageOf(error) }),
  );
  return Promise.race([done, late]);
}
