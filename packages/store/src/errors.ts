import { messageOf, ShoalError, type ShoalErrorOptions } from '@shoal/runtime';

export type StoreErrorCode =
  | 'blob-missing'
  | 'blob-not-file'
  | 'blob-not-directory'
  | 'blob-oversize'
  | 'block-hash-mismatch'
  | 'block-malformed'
  | 'block-oversize'
  | 'cid-invalid'
  | 'cid-unsupported'
  | 'dag-inconsistent'
  | 'directory-invalid'
  | 'disk-failed'
  | 'disk-full'
  | 'identity-damaged'
  | 'identity-exposed'
  | 'identity-unreadable'
  | 'pin-invalid'
  | 'quota-exceeded'
  | 'record-invalid'
  | 'store-damaged'
  | 'store-key-missing'
  | 'store-key-wrong'
  | 'store-not-encrypted'
  | 'store-locked'
  | 'store-stopped'
  | 'store-version';

/** What the store, the journal and the keystore throw. */
export class StoreError extends ShoalError<StoreErrorCode> {
  constructor(code: StoreErrorCode, message: string, options: ShoalErrorOptions = {}) {
    super(code, message, options);
  }
}

const sqliteErrorCode = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const;

/** Turns what the disk or SQLite threw into a typed error; `what` says what was tried. Others pass unchanged. */
export function asStoreError(error: unknown, what: string): unknown {
  if (error instanceof ShoalError || !(error instanceof Error)) return error;
  const sqlite = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
  const system = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (sqlite === sqliteErrorCode.full || system === 'ENOSPC' || system === 'EDQUOT') {
    return new StoreError('disk-full', `Cannot ${what}: there is no room left on the disk`, {
      cause: error,
      hint: 'Free some space, or allow more of it; what was stored before is unharmed, and the store goes on when there is room.',
    });
  }
  if (sqlite === sqliteErrorCode.corrupt || sqlite === sqliteErrorCode.notADatabase) {
    return new StoreError('store-damaged', `Cannot ${what}: the database is damaged (${error.message})`, {
      cause: error,
      hint: 'Stop the peer, keep a copy of the file, and try `sqlite3 FILE .recover`; or move the file away and start without it.',
    });
  }
  if (sqlite !== undefined || (system !== undefined && system.startsWith('E') && 'syscall' in error)) {
    return new StoreError('disk-failed', `Cannot ${what}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Check the disk and the permissions of the data directory.',
    });
  }
  return error;
}
