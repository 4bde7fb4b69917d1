import type { Clock } from '@shoal/runtime';
import type { Screen } from './screen.ts';
import { truncate } from './text.ts';

/** A block of lines that shows how something goes. */
export interface Live {
  /** On a terminal the block is redrawn in place; elsewhere nothing is written. */
  draw(lines: readonly string[]): void;
  /** A line that stays. On a terminal it is written above the block. */
  note(line: string): void;
  /** Removes the block (or leaves its last state standing) and gives the cursor back. */
  end(options?: { keep?: boolean }): void;
}

/** Redraws oftener than this only flicker and cost time. */
const minRedrawMs = 60;
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const eraseBelow = '\u001B[J';

export function createLive(screen: Screen, clock: Clock): Live {
  return screen.isTTY ? onTerminal(screen, clock) : elsewhere(screen);
}

function elsewhere(screen: Screen): Live {
  return { draw: () => {}, note: (line) => screen.line(line), end: () => {} };
}

function onTerminal(screen: Screen, clock: Clock): Live {
  let shown: readonly string[] = [];
  let drawnAt = -Infinity;
  let cancel: (() => void) | undefined;
  let due: readonly string[] | undefined;
  const up = (): string => (shown.length === 0 ? '' : `\u001B[${shown.length}A\r`);
  const paint = (lines: readonly string[], above = ''): void => {
    // A line that wraps would count as two, and the next redraw would start too low.
    const width = (screen.width ?? 80) - 1;
    const cut = lines.map((line) => truncate(line, width));
    screen.write(`${shown.length === 0 ? hideCursor : up()}${eraseBelow}${above}${cut.map((line) => `${line}\n`).join('')}`);
    shown = cut;
    due = undefined;
    drawnAt = clock.monotonic();
  };
  return {
    draw(lines) {
      cancel?.();
      cancel = undefined;
      const waitMs = drawnAt + minRedrawMs - clock.monotonic();
      if (waitMs <= 0) return paint(lines);
      due = lines;
      cancel = clock.setTimer(waitMs, () => paint(lines));
    },
    note: (line) => paint(due ?? shown, `${line}\n`),
    end({ keep = false } = {}) {
      cancel?.();
      cancel = undefined;
      if (keep && due !== undefined) paint(due);
      screen.write(`${keep ? '' : up() + (shown.length === 0 ? '' : eraseBelow)}${showCursor}`);
      shown = [];
    },
  };
}
