import { expect } from 'vitest';

/** Compares content quickly, and shows only where it differs. */
export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  expect(actual?.length).toBe(expected.length);
  if (Buffer.compare(actual as Uint8Array, expected) === 0) return;
  expect.unreachable(`bytes differ from offset ${expected.findIndex((byte, at) => byte !== actual?.[at])} on`);
}
