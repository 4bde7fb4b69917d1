/** Sizes that the package holds itself and others to. */
export const limits = {
  /** Of one table of sums: every code from AAA to ZZZ with the longest numbers takes 1.5 MiB. */
  maxTableBytes: 2 * 1024 * 1024,
  /** Of a date (it takes 19) or an airport's code (3) in the Parquet file. */
  maxFieldBytes: 20,
  /** Of one CSV row as the cutter writes it: five fields, numbers of 20 characters among them, and what parts them. */
  maxRowBytes: 5 * 21,
  /** Rows are gathered to this size before they are written. */
  writeBlockBytes: 1024 * 1024,
} as const;
