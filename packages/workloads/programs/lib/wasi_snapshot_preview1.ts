// The calls of WASI preview 1 that wasi.ts needs. The file carries the module's name because
// AssemblyScript imports a declared function from the module named like its file.
export declare function args_sizes_get(count: usize, bytes: usize): i32;
export declare function args_get(pointers: usize, bytes: usize): i32;
export declare function environ_sizes_get(count: usize, bytes: usize): i32;
export declare function environ_get(pointers: usize, bytes: usize): i32;
export declare function fd_prestat_get(fd: i32, prestat: usize): i32;
export declare function fd_prestat_dir_name(fd: i32, path: usize, bytes: usize): i32;
export declare function fd_read(fd: i32, vectors: usize, count: i32, bytesRead: usize): i32;
export declare function fd_write(fd: i32, vectors: usize, count: i32, bytesWritten: usize): i32;
export declare function fd_close(fd: i32): i32;
export declare function path_open(
  folder: i32,
  lookup: i32,
  path: usize,
  pathBytes: usize,
  create: i32,
  rights: u64,
  inheritedRights: u64,
  flags: i32,
  fd: usize,
): i32;
export declare function proc_exit(code: i32): void;
