import type { LogLevel, Logger } from '../ports/logger.ts';
import { systemClock } from './clock.ts';

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LoggerOptions {
  level: LogLevel;
  json: boolean;
  /** One finished line, without its newline. */
  write: (line: string) => void;
}

/** Lines of text, or of JSON, for a person or a collector. */
export function createLogger(options: LoggerOptions, scope = ''): Logger {
  const log = (level: LogLevel, text: string, fields: Record<string, unknown> = {}): void => {
    if (order[level] < order[options.level]) return;
    const at = new Date(systemClock.now()).toISOString();
    if (options.json) {
      options.write(JSON.stringify({ at, level, scope, text, ...fields }));
      return;
    }
    const tail = Object.entries(fields).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
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
