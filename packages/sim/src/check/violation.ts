/** An invariant that did not hold, and when. */
export interface Violation {
  atMs: number;
  rule: string;
  text: string;
}
