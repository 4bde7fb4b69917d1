/** What costs more to make than to keep: made once, and made again where so many others were made since. */
export class Recent<T> {
  private readonly made = new Map<string, T>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  of(key: string, make: () => T): T {
    if (this.made.has(key)) {
      const known = this.made.get(key) as T;
      this.made.delete(key); // to the end: used most recently
      this.made.set(key, known);
      return known;
    }
    const fresh = make();
    if (this.made.size >= this.max) this.made.delete(this.made.keys().next().value as string);
    this.made.set(key, fresh);
    return fresh;
  }
}
