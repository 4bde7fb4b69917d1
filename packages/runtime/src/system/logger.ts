import type { LogLevel, Logger } from '../ports/logger.ts';
import { codeOf, messageOf } from '../errors.ts';
import { systemClock } from './clock.ts';

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LoggerOptions {
  level: LogLevel;
  json: boolean;
  /** One finished line, without its newline. */
  write: (line: string) => void;
}

/** What JSON cannot say, or would say at length. */
function replacer(_name: string, value: unknown): unknown {
  if (value instanceof Error) return { message: messageOf(value), code: codeOf(value) };
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'bigint' ? String(value) : value;
}

/** Logging fails nothing: what has no JSON form is named by its kind. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value, replacer) ?? String(value);
  } catch (error) {
    return JSON.stringify(`${typeof value} without a JSON form: ${messageOf(error)}`);
  }
}

const plain = /^[^\s"=\p{Cc}]+$/u;

/** Texts of strangers stay within their field: others than plain words are quoted, and line ends are escaped. */
function show(value: unknown): string {
  if (value instanceof Error) return json(messageOf(value));
  return typeof value === 'string' && plain.test(value) ? value : json(value);
}

/** Lines of text, or of JSON, for a person or a collector. */
export function createLogger(options: LoggerOptions, scope = ''): Logger {
  const log = (level: LogLevel, text: string, fields: Record<string, unknown> = {}): void => {
    if (order[level] < order[options.level]) return;
    const at = new Date(systemClock.now()).toISOString();
    if (options.json) {
      const line = { at, level, scope, text };
      options.write(json({ ...line, ...fields, ...line }));
      return;
    }
    const tail = Object.entries(fields).map(([name, value]) => ` ${name}=${show(value)}`);
    options.write(`${at} ${level.padEnd(5)} ${scope === '' ? '' : `${scope}: `}${text}${tail.join('')}`);
  };
  return {
    debug: (text, fields) => log('debug', text, fields),
    info: (text, fields) => log('info', text, fields),
    warn: (text, fields) => log('warn', text, fields),
    error: (text, fields) => log('error', text, fields),
    child: (name) => createLogger(options, scope === '' ? name : `${scope}/${name}`),
  };
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
