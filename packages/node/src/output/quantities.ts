const steps = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `13.5 MB`, decimal, three significant figures. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 ? value : Number(value.toPrecision(3))} ${steps[step]}`;
}

/** `0.35 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function humanDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const units = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]] as const;
  const first = units.findIndex(([, size]) => Math.round(seconds) >= size);
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}

/** `3 min ago`. */
export function humanAge(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1_000);
  if (seconds < 1) return 'just now';
  return `${seconds < 60 ? `${seconds} s` : humanDuration(seconds * 1_000)} ago`;
}

const magnitudes = ['', ' k', ' M', ' G', ' T', ' P', ' E'];

/** `950`, `4.2 M`, `13.5 G`: of fuel and credit, whose numbers are long. */
export function humanMagnitude(count: number): string {
  let value = count;
  let step = 0;
  while (value >= 999.5 && step < magnitudes.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${Number(value.toPrecision(3))}${magnitudes[step]}`;
}

/** `3,000,000`. */
export function humanCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `12 %`, `0.41 %`: as many digits as tell something. */
export function humanShare(part: number, whole: number): string {
  if (whole <= 0) return '0 %';
  const percent = (part / whole) * 100;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}
