// How often each word comes in the unit's input.
const counts = new Map<string, number>();
for (const line of shoal.input().lines()) {
  for (const word of line.toLowerCase().match(/[a-z]+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
}
shoal.progress(1, 'counted');
for (const [word, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`${word},${count}`);
