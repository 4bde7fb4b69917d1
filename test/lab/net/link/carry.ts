// A link as its own process: two TAP devices, open as descriptors 3 and 4, and every packet of one is written to the
// other when the link's shape says so. Many kernels come without netem; this needs nothing but TAP.
import { read, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type DirectionShape, type LinkShape, seeded, Shaper } from './shape.ts';

const hostSide = 3;
const netSide = 4;
const maxFrameBytes = 65_536;
const unlimited = 1e12;

const shape = JSON.parse(process.argv[2] ?? '{}') as LinkShape & { seed: number };
const common: Omit<DirectionShape, 'bitsPerSecond'> = { delayMs: shape.delayMs ?? 0, jitterMs: shape.jitterMs ?? 0, loss: shape.loss ?? 0 };
const up = new Shaper({ ...common, bitsPerSecond: shape.upBitsPerSecond ?? unlimited }, seeded(shape.seed));
const down = new Shaper({ ...common, bitsPerSecond: shape.downBitsPerSecond ?? unlimited }, seeded(shape.seed + 1));

function carry(from: number, to: number, shaper: Shaper): void {
  const frame = Buffer.alloc(maxFrameBytes);
  const next = (): void =>
    read(from, frame, 0, maxFrameBytes, null, (error, bytes) => {
      // Devices go when their namespace does: the link has no more to do.
      if (error !== null && error.code !== 'EIO' && error.code !== 'EBADFD') process.exit(0);
      if (error === null) pass(Buffer.from(frame.subarray(0, bytes)), to, shaper);
      if (error === null) next();
      else setTimeout(next, 10); // the device is not up yet
    });
  next();
}

function pass(packet: Buffer, to: number, shaper: Shaper): void {
  const now = performance.now();
  const arrival = shaper.arrival(packet.byteLength, now);
  if (arrival === undefined) return;
  const deliver = (): void => {
    try {
      writeSync(to, packet);
    } catch {
      // The other end is down: the packet is lost, as on a wire.
    }
  };
  if (arrival - now < 0.5) deliver();
  else setTimeout(deliver, arrival - now);
}

carry(hostSide, netSide, up);
carry(netSide, hostSide, down);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { stalled } = JSON.parse(line) as { stalled: boolean };
    up.stalled = stalled;
    down.stalled = stalled;
    process.stdout.write('done\n');
  })
  .on('close', () => process.exit(0));
process.stdout.write('ready\n');
