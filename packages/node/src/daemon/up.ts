import { type LogLevel, type Logger, createLogger, messageOf } from '@shoal/runtime';
import { type PeerOptions, createPeer } from '@shoal/peer';
import type { Context } from '../cli/context.ts';
import { exitCodes } from '../exit-codes.ts';
import { limits } from '../limits.ts';
import { createAnnouncer } from './announce.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { onLeave } from './signals.ts';
import { watchMesh } from './watch-mesh.ts';

export interface UpOptions extends Omit<PeerOptions, 'dataDir' | 'logger'> {
  dataDir: string;
  json: boolean;
  logLevel: LogLevel;
  /** Leave when standard input ends: whoever started this peer is gone. */
  untilStdinEnds: boolean;
}

/** `shoal up`: a peer in the foreground, until somebody asks it to leave. */
export async function up(context: Context, { dataDir, json, logLevel, untilStdinEnds, ...peerOptions }: UpOptions): Promise<void> {
  const { clock, out } = context;
  const leaving = onLeave({ clock, onHangUp: out.isTTY, atOnce: () => process.exit(exitCodes.interrupted) });
  const logger = createLogger({ level: logLevel, json, write: (line) => context.err.line(line) });
  if (untilStdinEnds) process.stdin.on('end', () => leaving.leave('standard input ended')).resume();
  const announcer = createAnnouncer({ out, json, dataDir, bootstrap: peerOptions.bootstrap ?? [], mesh: peerOptions.mesh });
  const daemon = await startDaemon({ dataDir, clock, logger, createPeer: (own) => createPeer({ ...peerOptions, ...own }) });
  // The timers of the mesh do not hold the process; this does, until it is asked to leave.
  announcer.started(await daemon.peer.status(), daemon.socketPath);
  await watchMesh(daemon.peer, clock, leaving.signal, announcer.mesh);
  announcer.leaving();
  const begin = clock.monotonic();
  const inTime = await stopInTime(context, daemon, logger);
  if (inTime) announcer.left(clock.monotonic() - begin);
  // Whatever a library left open must not keep the process.
  process.exit(inTime ? exitCodes.done : exitCodes.failed);
}

/** Stops the daemon; past the deadline the process ends as it is, which a journal survives. */
async function stopInTime({ clock }: Context, daemon: Daemon, logger: Logger): Promise<boolean> {
  const late = new Promise<'late'>((resolve) => {
    clock.setTimer(limits.stopMs, () => resolve('late'));
  });
  const stopped = daemon.stop().then(
    () => 'stopped' as const,
    (error: unknown) => {
      logger.error('leaving did not go cleanly', { error: messageOf(error) });
      return 'failed' as const;
    },
  );
  const end = await Promise.race([stopped, late]);
  if (end === 'late') logger.warn('leaving took too long; the process ends now', { stopMs: limits.stopMs });
  return end === 'stopped';
}
