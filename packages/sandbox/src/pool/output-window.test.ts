import { fstatSync, ftruncateSync, mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { outputSlotBytes, outputWindowBytes } from '../limits.ts';
import { OutputWindow } from './output-window.ts';

function open(): OutputWindow {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  const window = OutputWindow.open(folder) as OutputWindow;
  onTestFinished(() => {
    window.close();
    rmSync(folder, { recursive: true });
  });
  expect(readdirSync(folder)).toEqual([]);
  return window;
}

function frame(offset: number, length: number): Uint8Array {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setUint32(0, offset, true);
  new DataView(payload.buffer).setUint32(4, length, true);
  return payload;
}

test('what was written is read, and what was cut off by its writer is an error', () => {
  const window = open();
  writeSync(window.descriptor, 'abcdef', 100);
  const target = new Uint8Array(3);
  window.read(102, target);
  expect(Buffer.from(target).toString()).toBe('cde');
  ftruncateSync(window.descriptor, 103);
  expect(() => window.read(102, target)).toThrow(/ends too early/);
});

test('only places within it are taken', () => {
  const window = open();
  expect(window.place(frame(0, outputSlotBytes))).toEqual({ offset: 0, length: outputSlotBytes });
  expect(window.place(frame(outputWindowBytes - 1, 1))).toEqual({ offset: outputWindowBytes - 1, length: 1 });
  expect(window.place(frame(outputWindowBytes, 1))).toBeUndefined();
  expect(window.place(frame(0, outputSlotBytes + 1))).toBeUndefined();
  expect(window.place(frame(0, 0))).toBeUndefined();
  expect(window.place(frame(0xffffffff, 0xffffffff))).toBeUndefined();
  expect(window.place(new Uint8Array(7))).toBeUndefined();
});

test('it is closed once, and has no name', () => {
  const window = open();
  expect(fstatSync(window.descriptor).nlink).toBe(0);
  window.close();
  expect(() => fstatSync(window.descriptor)).toThrow(/EBADF/);
  window.close();
});
