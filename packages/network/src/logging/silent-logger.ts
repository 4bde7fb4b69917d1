import type { ComponentLogger, Logger } from '@libp2p/interface';

/**
 * libp2p makes a logger with its own name and colour for every connection and stream, which shows in the cost of
 * joining. What matters of it comes back as an error, and our own log says so.
 */
const silent: Logger = Object.assign(() => {}, {
  enabled: false,
  error: () => {},
  trace: () => {},
  newScope: () => silent,
});

export const silentComponentLogger: ComponentLogger = { forComponent: () => silent };
