/** Something that runs: started once, stopped once. A stopped service leaves no timer, file or port. */
export interface Service {
  start(options?: { signal?: AbortSignal }): Promise<void>;
  /** Idempotent; resolves when everything it held is released. */
  stop(): Promise<void>;
}
