export { fetchBlob, fetchBlock, type FetchBlobOptions, type FetchOptions } from './client/fetch.ts';
export { capDownloads } from './client/sessions.ts';
export { Pace } from './pace.ts';
export type { Progress } from './client/transfer.ts';
export { TransferError, type TransferErrorCode } from './errors.ts';
export { transferLimits } from './limits.ts';
export { serveBlobs, type ServeOptions } from './server/serve.ts';
export { blocksProtocol } from './wire/messages.ts';
