const dayMicros = 86_400_000_000n;

/** A time in microseconds since 1970 as ISO 8601 to the second, without a zone; undefined when that would lose something. */
export function dateText(micros: bigint): string | undefined {
  if (micros % 1_000_000n !== 0n) return undefined;
  // Down to the day before, not towards 1970.
  const days = (micros - (((micros % dayMicros) + dayMicros) % dayMicros)) / dayMicros;
  const second = Number((micros - days * dayMicros) / 1_000_000n);
  const { year, month, day } = civilDate(Number(days));
  if (year < 0 || year > 9999) return undefined;
  const time = [Math.trunc(second / 3600), Math.trunc(second / 60) % 60, second % 60];
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${time.map(two).join(':')}`;
}

/** Day, month and year of the proleptic Gregorian calendar: `civil_from_days` of howardhinnant.github.io/date_algorithms.html */
function civilDate(daysSince1970: number): { year: number; month: number; day: number } {
  const days = daysSince1970 + 719_468; // since the first of March of the year 0
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.trunc((dayOfEra - Math.trunc(dayOfEra / 1460) + Math.trunc(dayOfEra / 36_524) - Math.trunc(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const marchMonth = Math.trunc((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.trunc((153 * marchMonth + 2) / 5) + 1 };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
