import type { Context } from '../cli/context.ts';
import { limits } from '../limits.ts';
import { createLive } from '../output/live.ts';
import { plural } from '../output/text.ts';
import { drawDemo, drawStage } from './view.ts';
import type { DemoState, Stage } from './state.ts';

/** What of the demo is seen while it goes on: a block on a terminal, sparse lines elsewhere. */
export interface Theatre {
  show(state: DemoState): void;
  stageDone(stage: Stage): void;
  /** The picture stays as it is from now on, with a last word below. */
  freeze(word: string): void;
  end(): void;
}

/** With `--json`, standard output is for the outcome alone. */
export function createTheatre({ out, err, clock }: Context, { json }: { json: boolean }): Theatre {
  const screen = json ? err : out;
  const { style } = screen;
  const live = createLive(screen, clock);
  let last: DemoState | undefined;
  let frozen: string[] | undefined;
  let word = '';
  let saidAt = -Infinity;
  let cancel: (() => void) | undefined;
  screen.line(`\n${style.bold('shoal demo')}  ${style.dim('five peers, three million flights, and nobody in charge')}\n`);

  const picture = (): string[] => frozen ?? (last === undefined ? [] : drawDemo(last, style, clock.monotonic()));
  const draw = (): void => live.draw([...picture(), ...(word === '' ? [] : ['', style.dim(`  ${word}`)])]);
  // Spinners and times move even when nothing else does.
  const tick = (): void => {
    draw();
    cancel = clock.setTimer(limits.progressEveryMs, tick);
  };
  if (screen.isTTY) tick();

  return {
    show(state) {
      last = state;
      if (screen.isTTY) return draw();
      const { job } = state;
      if (job?.state === 'open' && clock.monotonic() - saidAt >= limits.sparseEveryMs) {
        saidAt = clock.monotonic();
        const { accepted, units, executions, running, bids } = job;
        screen.line(`    ${accepted} of ${units} units accepted, ${executions} replicas committed, ${running} running, ${plural(bids, 'bid')}`);
      }
    },
    stageDone(stage) {
      if (!screen.isTTY) screen.line(drawStage(stage, style, 0));
    },
    freeze(text) {
      frozen = picture();
      word = text;
      if (screen.isTTY) draw();
    },
    end() {
      cancel?.();
      word = '';
      if (screen.isTTY) draw();
      live.end({ keep: true });
    },
  };
}
