/** Letters from which on one that differs is taken for a slip, and two. */
const oneSlipLength = 4;
const twoSlipsLength = 7;

/**
 * Whether a word looks like a slip for another: the same but for its case, two neighbouring letters swapped, one letter too
 * many, too few or wrong (two in long words). `uk` and `us`, or `zone-1` and `zone-2`, are other words, not slips.
 */
export function looksLike(word: string, known: string): boolean {
  const [a, b] = [word.toLowerCase(), known.toLowerCase()];
  if (a === b) return true;
  if (a.replace(/\d+/g, '0') === b.replace(/\d+/g, '0')) return false;
  const slips = slipsBetween(a, b);
  if (slips === 1 && isSwapped(a, b)) return true;
  const length = Math.min(a.length, b.length);
  return (slips === 1 && length >= oneSlipLength) || (slips === 2 && length >= twoSlipsLength);
}

const isSwapped = (a: string, b: string): boolean => a.length === b.length && [...a].sort().join('') === [...b].sort().join('');

/** Optimal string alignment distance (Damerau-Levenshtein without editing what was swapped); 3 stands for more. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, changed);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(isSwap ? Math.min(best, (before[j - 2] as number) + 1) : best);
    }
    [before, last] = [last, row];
  }
  return Math.min(last[b.length] as number, 3);
}
