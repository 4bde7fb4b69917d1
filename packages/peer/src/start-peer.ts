import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createMetrics, messageOf, readPeerAddresses, ShoalError, signerFromSeed, silentLogger, systemClock, systemCrypto, systemRandom, systemSealing, type Executor, type Signer } from '@shoal/runtime';
import { type OperatorProof, peerIdOf, proveOperator, topics } from '@shoal/protocol';
import { checkConfig, createEngine, defaults as engineDefaults, Driver, type EngineConfig } from '@shoal/engine';
import { createNetwork } from '@shoal/network';
import { checkAllowed, createSandbox, determinismClass, type AllowedOutside } from '@shoal/sandbox';
import { enginesFolderOf } from './engines.ts';
import type { Peer, PeerOptions, PeerStatus } from './api.ts';
import { carrierOf } from './compose/carrier.ts';
import { offenceReporter } from './compose/offences.ts';
import { labelsOf } from './compose/labels.ts';
import { policyOf } from './compose/policy.ts';
import type { Storage } from './compose/storage.ts';
import { Datasets } from './data/datasets.ts';
import { announceHoldings } from './data/peer-data.ts';
import { agent, peerDefaults } from './defaults.ts';
import { PeerError, peerFailed } from './errors.ts';
import { Changes } from './jobs/changes.ts';
import { Moves } from './jobs/moves.ts';
import type { Parts } from './parts.ts';
import { peerOf } from './peer.ts';
import { connectMembers, gossipedRevocations } from './members/connect-members.ts';
import { openMembers } from './members/open-members.ts';
import { Runs } from './run/runs.ts';
import { capDownloads, Pace, serveBlobs, transferLimits } from './transfer/index.ts';

/** Starts a peer on an open storage, which it closes when it stops, or when it cannot start. */
export async function startPeer(options: PeerOptions, storage: Storage): Promise<Peer> {
  await using opened = new AsyncDisposableStack();
  opened.defer(() => storage.close());
  const startedAt = systemClock.now();
  const stopping = new AbortController();
  const joined = await openMembers(options, storage.seed, options.logger ?? silentLogger);
  const executor = await startExecutor(options);
  const parts = assemble(options, storage, executor, joined, stopping.signal);
  opened.defer(async () => void (await Promise.all([executor?.stop(), parts.network.stop()])));
  const runs = new Runs(() => parts);
  stopping.signal.addEventListener('abort', () => runs.abortAll(), { once: true });
  parts.driver = new Driver({ ...parts, carrier: carrierOf(parts, runs), failed: (error) => stopping.abort(peerFailed(error)) });
  opened.defer(async () => {
    await runs.saveAll();
    stopping.abort(new ShoalError('peer-stopped', 'The peer has stopped'));
    parts.driver.stop();
    parts.changes.notifyAll();
  });
  connect(parts, options);
  connectMembers(parts);
  parts.driver.recover();
  await parts.network.start();
  parts.driver.handle({ type: 'addresses', addresses: parts.network.status().addresses });
  parts.driver.begin();
  await announceHoldings(parts);
  stopping.signal.throwIfAborted();
  const owned = opened.move();
  return peerOf(parts, { runs, startedAt, dataDir: options.dataDir, caps: capsOf(options), ownersWords: options, onFailure: options.onFailure, stop: () => owned.disposeAsync() });
}

async function startExecutor(options: PeerOptions): Promise<Executor | undefined> {
  const slots = options.slots ?? availableParallelism();
  if (slots === 0) return undefined;
  const executor = createSandbox({
    slots,
    clock: systemClock,
    logger: options.logger ?? silentLogger,
    allowed: allowedBy(options),
    // Beside the store, whose files are linked there.
    ...(options.dataDir === undefined ? {} : { inputFolder: join(options.dataDir, 'sandbox'), enginesFolder: enginesFolderOf(options.dataDir) }),
  });
  await executor.start();
  if (options.cpuShare !== undefined) executor.setCpuShare?.(options.cpuShare);
  return executor;
}

const allowedBy = ({ allowNative, allowContainers }: PeerOptions): AllowedOutside => ({ native: allowNative, containers: allowContainers });

function assemble(options: PeerOptions, storage: Storage, executor: Executor | undefined, joined: Awaited<ReturnType<typeof openMembers>>, stopping: AbortSignal): Parts {
  const members = joined?.members;
  const mesh = members?.mesh ?? options.mesh ?? peerDefaults.mesh;
  const logger = options.logger ?? silentLogger;
  const common = { clock: systemClock, random: systemRandom, logger };
  const signer = signerFromSeed(storage.seed);
  const network = createNetwork({
    ...common,
    seed: storage.seed,
    mesh,
    doorkeeper: members,
    listen: options.listen ?? [...peerDefaults.listen],
    bootstrap: [...(options.bootstrap ?? []).flatMap(readPeerAddresses), ...(joined?.bootstrap ?? [])],
    mdns: options.mdns ?? false,
    upnp: options.upnp ?? false,
    metrics: createMetrics(),
    countAll: options.countAll ?? false,
    ...(storage.peerStorePath === undefined ? {} : { peerStorePath: storage.peerStorePath }),
  });
  const engine = createEngine({
    config: withSpeed({ ...engineConfig(options, executor, proofOf(options.operatorKey, signer), members !== undefined), mesh, members: members?.config }, executor),
    signer,
    crypto: systemCrypto,
    sealing: systemSealing,
  });
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
    moves: new Moves(),
    members,
    checkpointEveryMs: options.checkpointEveryMs,
    stopping,
  };
  return parts as Parts; // the driver needs what is here; it is set by the caller at once
}

/** The peer's speed follows the units that run: it is looked at whenever others are told. */
function withSpeed(config: EngineConfig, executor: Executor | undefined): EngineConfig {
  return Object.defineProperty(config, 'fuelPerSecond', { get: () => executor?.info().fuelPerSecond ?? 0, enumerable: true });
}

function engineConfig(options: PeerOptions, executor: Executor | undefined, operator?: OperatorProof, isPrivate = false): EngineConfig {
  const info = executor?.info();
  return {
    mesh: options.mesh ?? peerDefaults.mesh,
    agent,
    slots: info?.slots ?? 0,
    maxUnitMemoryBytes: options.maxUnitMemoryBytes ?? peerDefaults.maxUnitMemoryBytes,
    engines: info?.engines ?? [],
    isolation: info?.isolation ?? 'process',
    determinismClass: info?.determinismClass ?? determinismClass,
    fuelPerSecond: 0,
    labels: labelsOf(options.labels),
    // What is acknowledged must be durable.
    roles: options.roles ?? (options.dataDir === undefined ? [] : ['steward', 'keeper']),
    ...(operator === undefined ? {} : { operator }),
    policy: policyOf(options, isPrivate),
    timings: { ...engineDefaults },
  };
}

/** As its owner set them. */
function capsOf({ maxUploadBytesPerSecond: upload, maxDownloadBytesPerSecond: download }: PeerOptions): PeerStatus['caps'] {
  return { ...(upload === undefined ? {} : { uploadBytesPerSecond: upload }), ...(download === undefined ? {} : { downloadBytesPerSecond: download }) };
}

const operatorKeyBytes = 32;
const storeKeyBytes = 32;

/** That this peer is one of its operator's. */
function proofOf(operatorKey: Uint8Array | undefined, { publicKey }: Signer): OperatorProof | undefined {
  return operatorKey === undefined ? undefined : proveOperator(signerFromSeed(operatorKey), peerIdOf(publicKey));
}

/** Fails with `allowance-invalid` where something is allowed by less than a digest, and with `options-invalid` where others could not be told of such a peer: a label with a space, a name too long. */
export function checkOptions(options: PeerOptions): void {
  if (options.operatorKey !== undefined && options.operatorKey.length !== operatorKeyBytes) {
    throw new PeerError('options-invalid', `Cannot take an operator's key of ${options.operatorKey.length} bytes: expected ${operatorKeyBytes}`);
  }
  if (options.storeKey !== undefined && (options.storeKey.length !== storeKeyBytes || options.dataDir === undefined)) {
    throw new PeerError('options-invalid', `Cannot encrypt a store with a key of ${options.storeKey.length} bytes: expected ${storeKeyBytes}, and a data directory`);
  }
  for (const [what, cap] of [['sent', options.maxUploadBytesPerSecond], ['fetched', options.maxDownloadBytesPerSecond]] as const) {
    if (cap === undefined || cap >= transferLimits.minCapBytesPerSecond) continue;
    throw new PeerError('options-invalid', `Cannot cap what is ${what} at ${cap} bytes a second: expected at least ${transferLimits.minCapBytesPerSecond}`, {
      hint: 'With less, others would take this peer for one that stalls.',
    });
  }
  checkAllowed(allowedBy(options));
  policyOf(options, false);
  try {
    checkConfig(engineConfig(options, undefined), systemCrypto);
  } catch (cause) {
    throw new PeerError('options-invalid', `Cannot start a peer with these options: ${messageOf(cause)}`, {
      cause,
      hint: 'Names of labels are letters and digits with . _ / - between them; a mesh has a name of up to 120 characters.',
    });
  }
}

/** What the network hears goes to the engine; what others ask of our blobs is served. */
function connect(parts: Parts, { maxUploadBytesPerSecond, maxDownloadBytesPerSecond }: PeerOptions): void {
  const { network, driver, engine } = parts;
  const revocations = topics.revocations(engine.config.mesh);
  network.setHandlers({
    message: (from, bytes) => driver.handle({ type: 'message', from, bytes }),
    gossip: (topic, from, bytes) => (topic === revocations ? gossipedRevocations(parts, bytes) : driver.gossip(topic, from, bytes)),
    peerConnected: (peer) => {
      const address = network.connections().find((connection) => connection.peer === peer)?.address;
      driver.handle({ type: 'peer-connected', peer, ...(address === undefined ? {} : { address }) });
    },
    peerDisconnected: (peer) => driver.handle({ type: 'peer-disconnected', peer }),
  });
  network.subscribe(topics.adverts(engine.config.mesh));
  network.subscribe(topics.offers(engine.config.mesh));
  const paceOf = (bytesPerSecond: number | undefined): Pace | undefined => (bytesPerSecond === undefined ? undefined : new Pace(bytesPerSecond, parts.clock));
  const download = paceOf(maxDownloadBytesPerSecond);
  if (download !== undefined) capDownloads(network, parts.clock, download);
  serveBlobs({ network, upload: paceOf(maxUploadBytesPerSecond), store: parts.store, clock: parts.clock, logger: parts.logger, mayServe: () => true, offence: offenceReporter(parts) });
}
