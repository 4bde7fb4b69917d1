import { describe, expect, it } from 'vitest';
import { ShoalError } from '../errors.ts';
import type { LogLevel } from '../ports/logger.ts';
import { createLogger, silentLogger } from './logger.ts';

function capture(level: LogLevel, json: boolean): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level, json, write: (line) => lines.push(line) }) };
}

describe('a logger', () => {
  it('writes a line a person can read', () => {
    const { lines, logger } = capture('debug', false);
    logger.info('peer connected', { peer: '12D3Koo', rttMs: 3 });
    logger.child('network').child('dht').warn('slow');
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}peer connected peer=12D3Koo rttMs=3$/);
    expect(lines[1]).toMatch(/Z warn {2}network\/dht: slow$/);
  });

  it('writes a line a collector can read, which fields cannot forge', () => {
    const { lines, logger } = capture('debug', true);
    logger.child('store').error('disk full', { freeBytes: 0, level: 'debug', text: 'all is well' });
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([{ at: expect.any(String), level: 'error', scope: 'store', text: 'disk full', freeBytes: 0 }]);
  });

  it('says nothing below its level', () => {
    const { lines, logger } = capture('warn', false);
    logger.debug('a');
    logger.info('b');
    logger.child('c').info('d');
    logger.warn('e');
    logger.error('f');
    expect(lines).toHaveLength(2);
  });

  it('keeps the text of a stranger within its field', () => {
    const { lines, logger } = capture('info', false);
    logger.info('declined', { reason: 'no\n2026-01-01T00:00:00Z error forged \u001b[2J', agent: 'a b=c', empty: '' });
    expect(lines[0]).toMatch(/declined reason="no\\n2026-01-01T00:00:00Z error forged \\u001b\[2J" agent="a b=c" empty=""$/);
  });

  it.each([true, false])('fails at nothing that it is given (json: %s)', (json) => {
    const { lines, logger } = capture('info', json);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    logger.info('odd', { circle });
    logger.info('odd', { big: 5n, none: undefined, fn: () => 1, bytes: new Uint8Array(3), error: new ShoalError('blob-missing', 'gone') });
    expect(lines[0]).toContain('without a JSON form');
    expect(lines[1]).toMatch(json ? /"big":"5".*"bytes":"3 bytes","error":\{"message":"gone","code":"blob-missing"\}/ : /big="5" none=undefined .*bytes="3 bytes" error="gone"$/);
  });

  it('may be silent', () => {
    expect(silentLogger.child('x')).toBe(silentLogger);
    expect(() => silentLogger.error('x', { a: 1 })).not.toThrow();
  });
});
