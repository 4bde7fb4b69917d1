/** Error numbers of WASI preview 1, those that this host returns. */
export const errno = {
  success: 0,
  toobig: 1,
  acces: 2,
  badf: 8,
  exist: 20,
  fault: 21,
  fbig: 22,
  ilseq: 25,
  inval: 28,
  io: 29,
  isdir: 31,
  mfile: 33,
  mlink: 34,
  nametoolong: 37,
  noent: 44,
  nosys: 52,
  notdir: 54,
  notempty: 55,
  notsock: 57,
  notsup: 58,
  perm: 63,
  rofs: 69,
  spipe: 70,
  xdev: 75,
  notcapable: 76,
} as const;

export type Errno = (typeof errno)[keyof typeof errno];

/** A call that fails with an error number; thrown inside the host, never seen outside. */
export class WasiError extends Error {
  readonly errno: Errno;

  constructor(code: Errno) {
    super(`errno ${code}`);
    this.errno = code;
  }
}

/** Throwing an Error with a stack costs microseconds; the guest may cause millions. */
const known = new Map<Errno, WasiError>();

/** Ends the current call with an error number. */
export function fail(code: Errno): never {
  let error = known.get(code);
  if (error === undefined) {
    error = new WasiError(code);
    known.set(code, error);
  }
  throw error;
}
