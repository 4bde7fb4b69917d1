import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentPieces, emptyContent, pageBytes, readContent, resizeContent, writeContent } from './content.ts';

/** Around the seams between pages, and elsewhere. */
const offset = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: pageBytes - 700, max: pageBytes + 700 }), fc.integer({ min: 0, max: 3 * pageBytes }));
const step = fc.oneof(
  fc.record({ at: offset, bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }) }),
  fc.record({ length: offset }),
);

test('a paged file is what a plain one would be', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const content = emptyContent();
      let plain = new Uint8Array(0);
      const resize = (length: number): void => {
        const next = new Uint8Array(length);
        next.set(plain.subarray(0, length));
        plain = next;
      };
      for (const each of steps) {
        if ('bytes' in each) {
          if (each.at + each.bytes.length > plain.length) resize(each.at + each.bytes.length);
          plain.set(each.bytes, each.at);
          writeContent(content, each.at, each.bytes);
        } else {
          resize(each.length);
          resizeContent(content, each.length);
        }
      }
      expect(content.length).toBe(plain.length);
      expect(Buffer.concat([...contentPieces(content)]).equals(plain)).toBe(true);
      const part = new Uint8Array(1000).fill(7);
      const count = readContent(content, pageBytes - 300, part);
      expect(Buffer.from(part.subarray(0, count)).equals(plain.subarray(pageBytes - 300, pageBytes + 700))).toBe(true);
    }),
    { numRuns: 60 },
  );
});
