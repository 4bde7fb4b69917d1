import { toChild, toParent, type UnitOrder, type UnitReport } from '../channel/frames.ts';
import { ChannelClosed, SyncChannel } from '../channel/sync-channel.ts';
import { duckdb } from '../engines/guests/duckdb.ts';
import { micropython, pyodide } from '../engines/guests/emscripten-python.ts';
import { GuestFailure, type Guest, type GuestResult } from '../engines/guests/guest.ts';
import { maxFailureTextChars, wasmPageBytes } from '../limits.ts';
import { fillRandom, seedRandom } from '../wasi/random.ts';
import { InputFiles } from './input-files.ts';
import { Inputs } from './inputs.ts';
import { LogSender, StdoutSender } from './output.ts';
import { WasiStop } from '../wasi/stop.ts';
import { makeVirtual } from './virtual.ts';

/** Engines that are no WASI commands, by name. A process runs one unit: nothing of it is left for another. */
const guests: Readonly<Record<string, Guest>> = { 'duckdb-1': duckdb, 'micropython-1': micropython, 'pyodide-1': pyodide };

const channelDescriptor = 3;
const [engine = '', folder = ''] = process.argv.slice(2);
const channel = new SyncChannel(channelDescriptor);

function receive(kind: number): Uint8Array {
  const header = channel.header();
  if (header.kind !== kind) throw new ChannelClosed(`unexpected frame ${header.kind}`);
  return channel.payload(header.length);
}

const fromHex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Ends a unit at once: what a language could catch must not go on. */
class Ended extends Error {}

async function runUnit(order: UnitOrder, guest: Guest): Promise<UnitReport> {
  const source = new TextDecoder().decode(receive(toChild.program));
  const inputs = new Inputs(channel, order.inputs, new InputFiles('', order.inputs));
  const stdout = new StdoutSender(channel);
  const log = new LogSender(channel, order.logBytes);
  const random = seedRandom(fromHex(order.seed));
  const word = new Uint8Array(4);
  const chance = (): number => {
    fillRandom(random, word);
    return new DataView(word.buffer).getUint32(0, true) / 2 ** 32;
  };
  let room = order.outputBytes;
  let failure: UnitReport['failure'];
  const fail = (code: GuestFailure['code'], message: string, deterministic = true): void => {
    failure ??= { code, message: message.slice(0, maxFailureTextChars), deterministic };
  };
  const take = (length: number): void => {
    room -= length;
    if (room >= 0) return;
    fail('output-exceeded', `the program put out more than its ${order.outputBytes} bytes`);
    throw new Ended();
  };
  makeVirtual(chance, order.maxPages);
  channel.send(toParent.started, new Uint8Array(0));
  let result: GuestResult = { files: [] };
  try {
    result = await guest.run(
      {
        source,
        args: order.args.slice(1),
        env: order.env,
        inputs: order.inputs.map(({ path, bytes }, index) => ({ path, bytes, read: (offset, target) => void inputs.read(index, offset, target) })),
        memoryBytes: order.maxPages * wasmPageBytes,
        chance,
        stdout: (bytes) => {
          take(bytes.length);
          stdout.write(bytes);
        },
        log: (bytes) => log.write(bytes),
      },
      folder,
    );
    take(result.files.reduce((sum, file) => sum + file.bytes.length, 0));
  } catch (error) {
    if (error instanceof ChannelClosed) throw error;
    if (error instanceof GuestFailure) fail(error.code, error.message);
    else if (error instanceof WasiStop && error.reason.kind === 'input-unreadable') fail('input-unreadable', error.reason.text, false);
    else fail('sandbox-crashed', `the engine failed: ${error instanceof Error ? error.message : String(error)}`, false);
  }
  inputs.settle();
  stdout.flush();
  log.flush();
  if (failure === undefined) for (const file of result.files) sendFile(file);
  return { ...(failure === undefined ? {} : { failure }), inputBytes: inputs.bytesRead, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

function sendFile({ path, bytes }: GuestResult['files'][number]): void {
  const name = new TextEncoder().encode(path);
  const head = new Uint8Array(8 + name.length);
  new DataView(head.buffer).setFloat64(0, bytes.length, true);
  head.set(name, 8);
  channel.send(toParent.file, head);
  for (let at = 0; at < bytes.length; at += wasmPageBytes) channel.send(toParent.fileData, bytes.subarray(at, at + wasmPageBytes));
}

const guest = guests[engine];
if (guest === undefined) throw new Error(`there is no engine ${engine}`);
channel.send(toParent.ready, new Uint8Array(0));
const order = JSON.parse(new TextDecoder().decode(receive(toChild.run))) as UnitOrder;
channel.send(toParent.need, new Uint8Array(0));
channel.sendJson(toParent.done, await runUnit(order, guest));
process.exit(0);
