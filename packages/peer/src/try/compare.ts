import type { ExecutionOutcome } from '@shoal/runtime';

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return a.length === b.length ? undefined : length;
}

/** In what two runs of one unit differ, of all that a quorum compares; undefined when in nothing. */
export function differenceOf(a: ExecutionOutcome, b: ExecutionOutcome): string | undefined {
  if (!a.ok || !b.ok) {
    const [one, other] = [a, b].map((run) => (run.ok ? 'ended well' : `failed with ${run.failure.code}: ${run.failure.message}`));
    return one === other ? undefined : `one run ${one}, another ${other}`;
  }
  const at = firstDifference(a.stdout, b.stdout);
  if (at !== undefined) return `standard output differs from byte ${at} on`;
  if (a.files.length !== b.files.length) return `one run left ${a.files.length} files in /out, another ${b.files.length}`;
  const byPath = new Map(b.files.map((file) => [file.path, file.bytes]));
  for (const { path, bytes } of a.files) {
    const other = byPath.get(path);
    if (other === undefined) return `only one run left ${path} in /out`;
    const differs = firstDifference(bytes, other);
    if (differs !== undefined) return `${path} in /out differs from byte ${differs} on`;
  }
  return a.usage.fuel === b.usage.fuel ? undefined : `one run used ${a.usage.fuel} fuel, another ${b.usage.fuel}`;
}
