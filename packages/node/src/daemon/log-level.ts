import type { LogLevel } from '@shoal/runtime';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];
