import type { ExecutionRequest, ExecutionUsage, PeerId, Cid } from '@shoal/runtime';
import { speedProgramLoops, speedSampleMs, speedWeight } from './limits.ts';
import { emptyBlock, functionForm, kind, op, section, valueType } from './module/binary.ts';
import { Writer } from './module/writer.ts';

/** What a slot really burns: begins with a short program, then follows the units that run. */
export class Speed {
  #fuelPerSecond = 0;

  /** 0 as long as nothing was measured. */
  get fuelPerSecond(): number {
    return Math.round(this.#fuelPerSecond);
  }

  /** Takes a run into account. Short ones say little, and those that read much wait for data. */
  note({ fuel, wallMs, inputBytes }: ExecutionUsage): void {
    if (fuel === undefined || fuel === 0 || wallMs < speedSampleMs || inputBytes > 0) return;
    const seen = (fuel / wallMs) * 1000;
    this.#fuelPerSecond = this.#fuelPerSecond === 0 ? seen : this.#fuelPerSecond * (1 - speedWeight) + seen * speedWeight;
  }
}

/** A loop of integers, floats and memory in equal parts, so many times. */
function program(): Uint8Array {
  const out = new Writer().u8(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const add = (id: number, content: Writer): void => void out.u8(id).sized(content);
  add(section.type, new Writer().u8(1, functionForm, 0, 0));
  add(section.function, new Writer().u8(1, 0));
  add(section.memory, new Writer().u8(1, 0, 1));
  add(section.export, new Writer().u8(2).name('memory').u8(kind.memory, 0).name('_start').u8(kind.function, 0));
  const body = new Writer().u8(2, 1, valueType.i32, 1, valueType.f64);
  body.u8(op.i32Const).sleb(speedProgramLoops).u8(op.localSet, 0, op.loop, emptyBlock);
  // memory[n & 0xfff8] += n * n
  const address = [op.localGet, 0, op.i32Const, 0xf8, 0xff, 0x03, 0x71];
  body.u8(...address, ...address, 0x28, 2, 0, op.localGet, 0, op.localGet, 0, 0x6c, op.i32Add, 0x36, 2, 0);
  // x = x / 2 + n
  body.u8(op.localGet, 1, op.f64Const, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0xa2, op.localGet, 0, 0xb7, 0xa0, op.localSet, 1);
  body.u8(op.localGet, 0, op.i32Const, 1, op.i32Sub, op.localTee, 0, op.brIf, 0, op.end, op.end);
  add(section.code, new Writer().u8(1).sized(body));
  return new Uint8Array(out.finish());
}

/** A unit that measures; its child serves nobody else. */
export function speedRequest(): ExecutionRequest {
  return {
    submitter: 'shoal:speed' as PeerId,
    program: { cid: 'shoal:speed' as Cid, load: () => Promise.resolve(program()) },
    args: [],
    env: {},
    inputs: [],
    limits: { memoryBytes: 65_536, wallMs: 5_000, outputBytes: 0, logBytes: 0 },
  };
}
