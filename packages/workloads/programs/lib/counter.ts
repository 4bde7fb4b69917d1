/** A byte string and how often it was counted; the bytes follow it in memory. */
@unmanaged
export class Counted {
  count: i64;
  hash: u32;
  length: u32;

  /** Where its bytes are. */
  get bytes(): usize {
    return changetype<usize>(this) + offsetof<Counted>();
  }

  get text(): string {
    return String.UTF8.decodeUnsafe(this.bytes, this.length);
  }

  /** Below 0, 0 or above, as its bytes come before, equal or follow another's. */
  compare(other: Counted): i32 {
    const order = memory.compare(this.bytes, other.bytes, min(this.length, other.length));
    return order != 0 ? order : <i32>this.length - <i32>other.length;
  }
}

/** Counts byte strings: an open-addressing hash table that grows. */
export class Counter {
  /** What was counted, in the order of first appearance. */
  entries: Counted[] = [];
  private slots: StaticArray<usize> = new StaticArray<usize>(1024);

  /** Counts the byte string at a place in memory once more. */
  add(bytes: usize, length: usize): void {
    const hash = hashOf(bytes, length);
    let slot = this.slotOf(hash, bytes, length);
    if (unchecked(this.slots[slot]) == 0) {
      if (this.entries.length * 2 >= this.slots.length) {
        this.grow();
        slot = this.slotOf(hash, bytes, length);
      }
      unchecked((this.slots[slot] = changetype<usize>(this.newEntry(hash, bytes, length))));
    }
    changetype<Counted>(unchecked(this.slots[slot])).count++;
  }

  /** The slot that holds the byte string, or the free one where it belongs. */
  private slotOf(hash: u32, bytes: usize, length: usize): i32 {
    const mask = this.slots.length - 1;
    let slot = <i32>hash & mask;
    while (!this.fits(unchecked(this.slots[slot]), hash, bytes, <u32>length)) slot = (slot + 1) & mask;
    return slot;
  }

  private fits(slot: usize, hash: u32, bytes: usize, length: u32): bool {
    if (slot == 0) return true;
    const entry = changetype<Counted>(slot);
    return entry.hash == hash && entry.length == length && memory.compare(entry.bytes, bytes, length) == 0;
  }

  private newEntry(hash: u32, bytes: usize, length: usize): Counted {
    const entry = changetype<Counted>(heap.alloc(offsetof<Counted>() + length));
    entry.count = 0;
    entry.hash = hash;
    entry.length = <u32>length;
    memory.copy(entry.bytes, bytes, length);
    this.entries.push(entry);
    return entry;
  }

  private grow(): void {
    this.slots = new StaticArray<usize>(this.slots.length * 2);
    for (let i = 0; i < this.entries.length; i++) {
      const entry = unchecked(this.entries[i]);
      const slot = this.slotOf(entry.hash, entry.bytes, entry.length);
      unchecked((this.slots[slot] = changetype<usize>(entry)));
    }
  }
}

/** FNV-1a. */
function hashOf(bytes: usize, length: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let at = bytes; at < bytes + length; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  return hash;
}
