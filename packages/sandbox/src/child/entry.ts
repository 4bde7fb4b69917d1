import { toChild, toParent, type UnitOrder } from '../channel/frames.ts';
import { ChannelClosed, SyncChannel } from '../channel/sync-channel.ts';
import { Programs, type CompiledProgram } from './programs.ts';
import { runUnit } from './unit.ts';

/** The descriptor that the parent leaves open. */
const channelDescriptor = 3;

/** Memory of a finished unit beyond this is given back before the next one. */
const collectBeyondBytes = 16 * 1024 * 1024;

const channel = new SyncChannel(channelDescriptor);
const programs = new Programs();

function askForProgram(order: UnitOrder): CompiledProgram {
  channel.send(toParent.need, new Uint8Array(0));
  const { kind, length } = channel.header();
  if (kind !== toChild.program) throw new ChannelClosed(`unexpected frame ${kind}`);
  return programs.add(order.program, channel.payload(length), order.maxPages, order.movable);
}

function serve(): void {
  channel.send(toParent.ready, new Uint8Array(0));
  for (;;) {
    const { kind, length } = channel.header();
    const payload = channel.payload(length);
    if (kind !== toChild.run && kind !== toChild.batch) throw new ChannelClosed(`unexpected frame ${kind}`);
    const told = JSON.parse(new TextDecoder().decode(payload)) as UnitOrder | UnitOrder[];
    for (const order of Array.isArray(told) ? told : [told]) run(order);
    channel.pass();
  }
}

/** The end of a unit and the beginning of the next reach the parent by one write. */
function run(order: UnitOrder): void {
  const report = runUnit(channel, order, () => programs.get(order.program) ?? askForProgram(order));
  channel.sendJson(toParent.done, report);
  if (report.peakMemoryBytes <= collectBeyondBytes) return;
  channel.pass();
  (globalThis as { gc?: () => void }).gc?.();
}

try {
  serve();
} catch (error) {
  // The parent went away, or speaks another protocol: nobody is left to tell.
  if (!(error instanceof ChannelClosed)) throw error;
  process.exitCode = 1;
}
