import type { Screen } from '../output/screen.ts';
import { createScreen } from '../output/screen.ts';

/** A screen that remembers what was written. */
export function fakeScreen(options: { isTTY?: boolean; columns?: number; env?: Record<string, string> } = {}): Screen & { text(): string; clear(): void } {
  const chunks: string[] = [];
  const write = (content: string | Uint8Array): void => void chunks.push(typeof content === 'string' ? content : Buffer.from(content).toString('utf8'));
  const stream = { isTTY: options.isTTY ?? false, columns: options.columns ?? 80, write };
  const screen = createScreen(stream, options.env ?? {});
  return Object.defineProperties({ ...screen, text: () => chunks.join(''), clear: () => void chunks.splice(0) }, { width: { get: () => screen.width } });
}
