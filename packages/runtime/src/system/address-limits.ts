/** Bounds of what somebody writes down of a mesh. */
export const addressLimits = {
  /** Addresses in `@FILE`: each is dialled at every start, and any one of them is enough. */
  maxBootstrapAddresses: 64,
  maxBootstrapFileBytes: 65_536,
} as const;
