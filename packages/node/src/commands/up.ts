import { type Command, Option } from 'commander';
import type { LogLevel } from '@shoal/runtime';
import { collectPeerAddresses } from '../cli/bootstrap.ts';
import type { Context } from '../cli/context.ts';
import { type PeerCommandOptions, withExamples, withPeerOptions } from '../cli/options.ts';
import { collect, collectDigests, collectImages, collectList, collectListenAddresses, collectPairs, parseBytes, parseInteger, parseRate, parseRoles, readKey } from '../cli/parse.ts';
import { useCodeCache } from '../daemon/code-cache.ts';
import { logLevels } from '../daemon/log-level.ts';
import { keepHeapSmall } from '../daemon/heap.ts';

interface UpCommandOptions extends PeerCommandOptions {
  bootstrap?: string[];
  listen?: string[];
  mesh?: string;
  slots?: number;
  label?: Record<string, string>;
  roles?: ('steward' | 'keeper')[];
  operatorKey?: Uint8Array;
  storeKey?: Uint8Array;
  sameNetwork?: 'public' | 'all' | 'none';
  mdns?: boolean;
  upnp?: boolean;
  quota?: number;
  maxUpload?: number;
  maxDownload?: number;
  maxUnitMemory?: number;
  minIsolation?: 'process' | 'partial' | 'full';
  allowRequester?: string[];
  denyRequester?: string[];
  allowProgram?: string[];
  denyProgram?: string[];
  hours?: string[];
  cpuShare?: number;
  allowNative?: Record<string, string>;
  allowContainer?: string[];
  logLevel?: LogLevel;
  untilStdinEnds?: boolean;
  metrics?: number;
}

export function registerUp(program: Command, context: Context): void {
  const command = withPeerOptions(
    program
      .command('up')
      .description('start a peer here, join the mesh, and stay until Ctrl-C')
      .option('-b, --bootstrap <address>', 'a peer to join by, /dnsaddr/NAME for those that DNS has, or @FILE with one a line; any peer of the mesh will do (repeatable)', collectPeerAddresses)
      .option('--listen <address>', 'where to listen, as a multiaddr (repeatable; default: /ip4/127.0.0.1/tcp/0)', collectListenAddresses)
      .option('--mesh <name>', 'peers of different meshes never talk (default: public)')
      .option('--slots <n>', 'units run at once; 0 only posts jobs (default: one a core)', parseInteger(0, 1_024))
      .option('--label <key=value>', 'what jobs may select this peer by, beside its cores, memory (GiB), os and arch (repeatable)', collectPairs)
      .option('--roles <list>', 'what it does for jobs whose requester is away: steward, keeper, both with a comma, or none (default: both)', parseRoles)
      .option('--operator-key <file>', '32 secret bytes, the same at every peer of one operator: they count once in a quorum', readKey)
      .option('--store-key <file>', '32 secret bytes under which a new data directory is encrypted; the same at every start', readKey)
      .addOption(new Option('--same-network <which>', 'peers seen in one /24 or /48 count once in quorums: at public addresses, at all, or at none (default: public)').choices(['public', 'all', 'none']))
      .option('--mdns', 'find peers on the local network')
      .option('--upnp', 'ask the router to forward the port that this peer listens on')
      .option('--quota <size>', 'most disk that it may take, such as 20GB', parseBytes)
      .option('--max-upload <rate>', 'most data sent to others, all transfers together, such as 2MB/s (default: no cap)', parseRate)
      .option('--max-download <rate>', 'most data fetched from others, such as 16Mbit/s (default: no cap)', parseRate)
      .option('--max-unit-memory <size>', 'most memory for one unit, such as 512MiB', parseBytes)
      .addOption(new Option('--min-isolation <level>', 'weakest sandbox in which programs of others run here (default: full where strangers can reach it)').choices(['process', 'partial', 'full']))
      .option('--allow-requester <id>', 'serve nobody but this peer or operator (repeatable; default: everybody)', collectList)
      .option('--deny-requester <id>', 'never serve this peer or operator (repeatable)', collectList)
      .option('--allow-program <cid|engine>', 'run no programs of others but this one, or those of this engine (repeatable; default: all)', collectList)
      .option('--deny-program <cid|engine>', 'never run this program, or those of this engine, for others (repeatable)', collectList)
      .option('--hours <when>', 'work for others at these local times alone, such as "mon-fri 20:00-07:00, sat-sun" (repeatable; default: always)', collect)
      .option('--allow-native <name=sha256>', 'an executable that jobs may run here, by its digest (repeatable; default: none)', collectDigests)
      .option('--allow-container <image@sha256:…>', 'a container image that jobs may run here (repeatable; default: none)', collectImages)
      .option('--cpu-share <percent>', 'share of a core that each unit may take, from 5 to 100 (default: 100)', parseInteger(5, 100))
      .option('--metrics <port>', 'figures for Prometheus at http://127.0.0.1:PORT/metrics; 0 takes a free port', parseInteger(0, 65_535))
      .addOption(new Option('--log-level <level>', 'what to log, to standard error').choices(logLevels))
      .addOption(new Option('--until-stdin-ends', 'leave when standard input ends, for programs that start peers').hideHelp()),
  );
  withExamples(command, [
    ['shoal up', 'a peer in ~/.shoal; prints the address by which others join'],
    ['shoal up --data-dir b --bootstrap /ip4/127.0.0.1/tcp/4001/p2p/12D3KooW…', 'a second one, joined to the first'],
    ['shoal up --bootstrap @peers.txt', 'joined by whichever of them answers; # begins a comment'],
    ['shoal up --hours "mon-fri 20:00-07:00, sat-sun" --deny-program pyodide-1', 'lent to others at night and at weekends, not for that engine'],
    ['shoal up --label region=eu --label tier=gold --slots 2', 'with labels for `shoal run --where`'],
  ]);
  command.action(async (options: UpCommandOptions) => {
    keepHeapSmall();
    await useCodeCache(options.dataDir);
    // The peer and all below it are loaded here only: no other command waits for them.
    const { up } = await import('../daemon/up.ts');
    await up(context, {
      dataDir: options.dataDir,
      json: options.json === true,
      logLevel: options.logLevel ?? (options.verbose === true ? 'info' : 'warn'),
      untilStdinEnds: options.untilStdinEnds === true,
      ...(options.metrics === undefined ? {} : { metricsPort: options.metrics }),
      ...(options.bootstrap === undefined ? {} : { bootstrap: options.bootstrap }),
      ...(options.listen === undefined ? {} : { listen: options.listen }),
      ...(options.mesh === undefined ? {} : { mesh: options.mesh }),
      ...(options.slots === undefined ? {} : { slots: options.slots }),
      ...(options.label === undefined ? {} : { labels: options.label }),
      ...(options.operatorKey === undefined ? {} : { operatorKey: options.operatorKey }),
      ...(options.storeKey === undefined ? {} : { storeKey: options.storeKey }),
      ...(options.sameNetwork === undefined ? {} : { sameNetwork: options.sameNetwork }),
      ...(options.roles === undefined ? {} : { roles: options.roles }),
      ...(options.mdns === undefined ? {} : { mdns: options.mdns }),
      ...(options.upnp === undefined ? {} : { upnp: options.upnp }),
      ...(options.quota === undefined ? {} : { quotaBytes: options.quota }),
      ...(options.maxUpload === undefined ? {} : { maxUploadBytesPerSecond: options.maxUpload }),
      ...(options.maxDownload === undefined ? {} : { maxDownloadBytesPerSecond: options.maxDownload }),
      ...(options.maxUnitMemory === undefined ? {} : { maxUnitMemoryBytes: options.maxUnitMemory }),
      ...(options.minIsolation === undefined ? {} : { minIsolation: options.minIsolation }),
      ...(options.allowRequester === undefined ? {} : { allowRequesters: options.allowRequester }),
      ...(options.denyRequester === undefined ? {} : { denyRequesters: options.denyRequester }),
      ...(options.allowProgram === undefined ? {} : { allowPrograms: options.allowProgram }),
      ...(options.denyProgram === undefined ? {} : { denyPrograms: options.denyProgram }),
      ...(options.hours === undefined ? {} : { hours: options.hours }),
      ...(options.allowNative === undefined ? {} : { allowNative: options.allowNative }),
      ...(options.allowContainer === undefined ? {} : { allowContainers: options.allowContainer }),
      ...(options.cpuShare === undefined ? {} : { cpuShare: options.cpuShare / 100 }),
    });
  });
}
