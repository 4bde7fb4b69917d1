/** What costs more to make than to keep: made once, and made again where so many others were made since. */
export class Recent<T> {
  private readonly made = new Map<string, T>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  of(key: string, make: () => T): T {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const fresh = make();
    if (this.made.size >= this.max) this.made.delete(this.made.keys().next().value as string);
    this.made.set(key, fresh);
    return fresh;
  }
}
