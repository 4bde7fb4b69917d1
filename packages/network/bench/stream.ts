// 256 MB between two processes on loopback: our streams, a bare libp2p stream, a bare TCP socket.
// Run: npx node --conditions=@shoal/source packages/network/bench/stream.ts
import process from 'node:process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connectTo, serveAll, type Addresses, type Kind } from './stream-kinds.ts';

export interface StreamBenchOptions {
  bytes: number;
  /** Each kind is measured that often, in turn; the best run counts. */
  rounds: number;
}

export interface StreamBenchResult {
  bytes: number;
  megabytesPerSecond: Record<Kind, number>;
  /** Ours against the others: 1 is as fast. */
  ratio: { libp2p: number; tcp: number };
}

export const streamBenchDefaults: StreamBenchOptions = { bytes: 256 * 1_048_576, rounds: 3 };

const kinds: readonly Kind[] = ['shoal', 'libp2p', 'tcp'];

/** Measures from the first byte asked for until the last one is there. */
export async function benchStream(options: StreamBenchOptions = streamBenchDefaults): Promise<StreamBenchResult> {
  const server = fork(import.meta.filename, ['serve'], { execArgv: ['--conditions=@shoal/source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const [addresses] = (await once(server, 'message')) as [Addresses];
    const clients = await connectTo(addresses);
    const best: Record<Kind, number> = { shoal: 0, libp2p: 0, tcp: 0 };
    for (let round = 0; round < options.rounds; round += 1) {
      for (const kind of kinds) {
        const startedAt = performance.now();
        const received = await clients.receive(kind, options.bytes);
        if (received !== options.bytes) throw new Error(`${kind}: received ${received} of ${options.bytes} bytes`);
        best[kind] = Math.max(best[kind], options.bytes / 1e3 / (performance.now() - startedAt));
      }
    }
    await clients.close();
    const share = (kind: Kind): number => Math.round((best.shoal / best[kind]) * 1e3) / 1e3;
    return {
      bytes: options.bytes,
      megabytesPerSecond: { shoal: Math.round(best.shoal), libp2p: Math.round(best.libp2p), tcp: Math.round(best.tcp) },
      ratio: { libp2p: share('libp2p'), tcp: share('tcp') },
    };
  } finally {
    server.kill();
  }
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'serve') {
    const addresses = await serveAll();
    process.send?.(addresses);
    process.on('disconnect', () => process.exit());
  } else {
    console.log(JSON.stringify(await benchStream()));
  }
}
