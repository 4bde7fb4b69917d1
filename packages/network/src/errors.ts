import { ShoalError, type ShoalErrorOptions, type SubstreamErrorCode } from '@shoal/runtime';

export type NetworkErrorCode =
  | SubstreamErrorCode
  | 'network-options-invalid'
  | 'network-not-running'
  | 'listen-failed'
  | 'address-invalid'
  | 'dial-failed'
  | 'stream-refused';

export class NetworkError extends ShoalError<NetworkErrorCode> {
  constructor(code: NetworkErrorCode, message: string, options: ShoalErrorOptions = {}) {
    super(code, message, options);
    this.name = 'NetworkError';
  }
}
