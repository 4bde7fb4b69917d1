import { ShoalError } from '@shoal/runtime';

export type TransferErrorCode =
  /** None of the holders could be reached, or none was left. */
  | 'transfer-no-holder'
  /** The holders are there, and none of them has a block. */
  | 'transfer-incomplete'
  /** More bytes than the caller allows. */
  | 'transfer-oversize'
  /** Why a holder was left: it sent nothing for too long, */
  | 'transfer-stalled'
  /** its stream broke, */
  | 'transfer-cut'
  /** or it sent what was not asked for, or bytes of another hash. */
  | 'transfer-malformed'
  | 'transfer-lied'
  /** A peer asked for more than it may. */
  | 'transfer-refused';

export class TransferError extends ShoalError<TransferErrorCode> {}
