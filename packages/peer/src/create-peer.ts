import { availableParallelism } from 'node:os';
import { createMetrics, silentLogger, ShoalError, signerFromSeed, systemClock, systemCrypto, systemRandom, type Executor } from '@shoal/runtime';
import { topics } from '@shoal/protocol';
import { createEngine, defaults as engineDefaults, Driver, type EngineConfig } from '@shoal/engine';
import { createNetwork } from '@shoal/network';
import { createWasmExecutor } from '@shoal/sandbox';
import type { Peer, PeerOptions } from './api.ts';
import { carrierOf } from './compose/carrier.ts';
import { openStorage, type Storage } from './compose/storage.ts';
import { Datasets } from './data/datasets.ts';
import { announceHoldings } from './data/peer-data.ts';
import { agent, peerDefaults } from './defaults.ts';
import { Changes } from './jobs/changes.ts';
import type { Parts } from './parts.ts';
import { peerOf } from './peer.ts';
import { Runs } from './run/runs.ts';
import { serveBlobs } from './transfer/index.ts';

/**
 * Starts a peer: it opens its data, joins the mesh, and works, requests and holds data until it is stopped.
 * Fails with `store-locked` where another process uses the same data directory.
 *
 * @example
 * await using peer = await createPeer({ dataDir: './my-peer', bootstrap: ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…'] });
 */
export async function createPeer(options: PeerOptions = {}): Promise<Peer> {
  const logger = options.logger ?? silentLogger;
  const startedAt = systemClock.now();
  const storage = await openStorage(options, logger);
  const stopping = new AbortController();
  let executor: Executor | undefined;
  try {
    const slots = options.slots ?? availableParallelism();
    executor = slots === 0 ? undefined : createWasmExecutor({ slots, clock: systemClock, logger });
    await executor?.start();
    const parts = assemble(options, storage, executor, stopping.signal);
    const runs = new Runs(() => parts);
    parts.driver = new Driver({ ...parts, carrier: carrierOf(parts, runs) });
    connect(parts);
    parts.driver.recover();
    await parts.network.start();
    parts.driver.handle({ type: 'addresses', addresses: parts.network.status().addresses });
    parts.driver.begin();
    await announceHoldings(parts);
    return peerOf(parts, { runs, storage, stopping, startedAt, dataDir: options.dataDir });
  } catch (error) {
    stopping.abort(new ShoalError('peer-stopped', 'The peer did not start'));
    await executor?.stop();
    await storage.close();
    throw error;
  }
}

function assemble(options: PeerOptions, storage: Storage, executor: Executor | undefined, stopping: AbortSignal): Parts {
  const logger = options.logger ?? silentLogger;
  const common = { clock: systemClock, random: systemRandom, logger };
  const signer = signerFromSeed(storage.seed);
  const network = createNetwork({
    ...common,
    seed: storage.seed,
    mesh: options.mesh ?? peerDefaults.mesh,
    listen: options.listen ?? [...peerDefaults.listen],
    bootstrap: options.bootstrap ?? [],
    mdns: options.mdns ?? false,
    metrics: createMetrics(),
    ...(storage.peerStorePath === undefined ? {} : { peerStorePath: storage.peerStorePath }),
  });
  const engine = createEngine({ config: engineConfig(options, executor), signer, crypto: systemCrypto });
  const { store, journal } = storage;
  const parts: Omit<Parts, 'driver'> = {
    ...common,
    crypto: systemCrypto,
    signer,
    network,
    store,
    journal,
    executor,
    engine,
    changes: new Changes(),
    datasets: new Datasets(store),
    stopping,
  };
  return parts as Parts; // the driver needs what is here; it is set by the caller at once
}

function engineConfig(options: PeerOptions, executor: Executor | undefined): EngineConfig {
  const info = executor?.info();
  return {
    mesh: options.mesh ?? peerDefaults.mesh,
    agent,
    slots: info?.slots ?? 0,
    maxUnitMemoryBytes: options.maxUnitMemoryBytes ?? peerDefaults.maxUnitMemoryBytes,
    engines: info?.engines ?? [],
    isolation: info?.isolation ?? 'process',
    determinismClass: info?.determinismClass ?? 'none',
    fuelPerSecond: 0,
    labels: options.labels ?? {},
    policy: { denied: new Set() },
    timings: { ...engineDefaults },
  };
}

/** What the network hears goes to the engine; what others ask of our blobs is served. */
function connect(parts: Parts): void {
  const { network, driver, engine } = parts;
  network.setHandlers({
    message: (from, bytes) => driver.handle({ type: 'message', from, bytes }),
    gossip: (topic, from, bytes) => driver.gossip(topic, from, bytes),
    peerConnected: (peer) => driver.handle({ type: 'peer-connected', peer }),
    peerDisconnected: (peer) => driver.handle({ type: 'peer-disconnected', peer }),
  });
  network.subscribe(topics.adverts(engine.config.mesh));
  network.subscribe(topics.offers(engine.config.mesh));
  serveBlobs({ network, store: parts.store, clock: parts.clock, logger: parts.logger, mayServe: () => true });
}
