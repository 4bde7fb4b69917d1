export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging: a constant text, and the varying parts as fields. */
export interface Logger {
  debug(text: string, fields?: Record<string, unknown>): void;
  info(text: string, fields?: Record<string, unknown>): void;
  warn(text: string, fields?: Record<string, unknown>): void;
  error(text: string, fields?: Record<string, unknown>): void;
  /** A logger whose lines name the part of the program that speaks. */
  child(scope: string): Logger;
}
