/** Numbers of the WASI preview 1 interface. */
export const fileType = { unknown: 0, characterDevice: 2, directory: 3, regularFile: 4 } as const;

export const openFlag = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;

export const descriptorFlag = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;

export const whence = { set: 0, current: 1, end: 2 } as const;

export const setTimes = { accessed: 1, accessedNow: 2, modified: 4, modifiedNow: 8 } as const;

export const eventType = { clock: 0, read: 1, write: 2 } as const;

export const right = { read: 1n << 1n, seek: 1n << 2n, tell: 1n << 5n, write: 1n << 6n, readdir: 1n << 14n } as const;

/** All rights of preview 1. */
export const allRights = (1n << 30n) - 1n;

/** Rights of a stream that cannot be positioned: without seek and tell a library takes it for a terminal or a pipe. */
export const streamRights = allRights & ~right.seek & ~right.tell;
