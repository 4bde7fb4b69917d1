export type * from './api/wire.ts';
export type { ApiClient } from './client/client.ts';
export { connect } from './client/connect.ts';
export { type Daemon, type DaemonOptions, startDaemon } from './daemon/daemon.ts';
export { NodeError, type NodeErrorCode } from './errors.ts';
export { exitCodes } from './exit-codes.ts';
export { limits } from './limits.ts';
