export { createNetwork } from './create-network.ts';
export { networkDefaults, type NetworkLimits } from './defaults.ts';
export { NetworkError, type NetworkErrorCode } from './errors.ts';
export type { NetworkOptions } from './options.ts';
