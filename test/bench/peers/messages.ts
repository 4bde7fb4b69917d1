import type { Commands } from './commands.ts';

/** From the bench to a peer's process. */
export interface Ask {
  id: number;
  name: keyof Commands;
  args: unknown[];
}

/** Back. */
export type Answer = { id: number; value: unknown } | { id: number; error: string };
