import type { Additions } from './additions.ts';
import { op } from './binary.ts';
import { skipOperands } from './instructions.ts';
import type { Span } from './parse.ts';
import { Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** Rewrites one function: the sandbox's own functions stand for some instructions; all else is copied. */
export function rewriteBody(bytes: Uint8Array, span: Span, added: Additions): Writer {
  const reader = new Reader(bytes, span.start, span.end);
  const out = new Writer(span.end - span.start + 16);
  let copied = span.start;
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.skipLeb();
  }
  while (reader.at < span.end) {
    const at = reader.at;
    const code = reader.u8();
    skipOperands(reader, code);
    if (code !== op.memoryGrow) continue;
    out.raw(bytes.subarray(copied, at)).u8(op.call).u32(added.grow);
    copied = reader.at;
  }
  return out.raw(bytes.subarray(copied, span.end));
}
