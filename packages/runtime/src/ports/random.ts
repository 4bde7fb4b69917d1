/** The only source of randomness. The system's is unpredictable; the simulator's is seeded. */
export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** An integer in [0, below). */
  integer(below: number): number;
  bytes(length: number): Uint8Array;
}
