import { op, section } from '../module/binary.ts';
import { skipOperands } from '../module/instructions.ts';
import type { ParsedModule } from '../module/parse.ts';
import { Reader } from '../module/reader.ts';

export interface GlobalType {
  type: number;
  mutable: boolean;
}

/** Types of a module's globals; it imports none. */
export function globalTypes(module: ParsedModule): GlobalType[] {
  const span = module.sections.get(section.global);
  if (span === undefined) return [];
  const reader = new Reader(module.bytes, span.start, span.end);
  return Array.from({ length: reader.u32() }, () => {
    const found = { type: reader.u8(), mutable: reader.u8() === 1 };
    for (let code = reader.u8(); code !== op.end; code = reader.u8()) skipOperands(reader, code);
    return found;
  });
}
