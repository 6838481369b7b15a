// Which ids were seen, for corpora whose ids do not fit in memory: 64 bits of each id's SHA-256 in an open hash table, 11 to 22 bytes an id.
// It may take two ids for one, once in 10^19 pairs: whoever is told "seen" looks the id up before refusing it.
import { hash } from 'node:crypto';

const fullest = 0.7;

export class IdRegister {
  #slots = new Uint32Array(2 * 1024);
  #count = 0;

  /** Notes an id. @returns whether it was there before, or another whose 64 bits are the same. */
  add(id: string): boolean {
    const { high, low } = keyOf(id);
    const slot = find(this.#slots, high, low);
    if (this.#slots[slot + 1] !== 0) return true;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#count += 1;
    if (this.#count > (fullest * this.#slots.length) / 2) this.#grow();
    return false;
  }

  /** Whether `add` would return true. */
  has(id: string): boolean {
    const { high, low } = keyOf(id);
    return this.#slots[find(this.#slots, high, low) + 1] !== 0;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#slots.length);
    for (let slot = 0; slot < this.#slots.length; slot += 2) {
      const [high = 0, low = 0] = [this.#slots[slot], this.#slots[slot + 1]];
      if (low !== 0) larger.set([high, low], find(larger, high, low));
    }
    this.#slots = larger;
  }
}

/** `low` is never 0, which marks an empty slot. */
function keyOf(id: string): { high: number; low: number } {
  // Hashed as UTF-16: as UTF-8, every lone surrogate would be the same replacement character.
  const digest = hash('sha256', Buffer.from(id, 'utf16le'), 'buffer');
  return { high: digest.readUInt32LE(0), low: digest.readUInt32LE(4) || 1 };
}

/** The slot of a key, or the empty one where it belongs. The table is never full. */
function find(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length - 1;
  let slot = (2 * high) & mask;
  while (slots[slot + 1] !== 0 && !(slots[slot] === high && slots[slot + 1] === low)) slot = (slot + 2) & mask;
  return slot;
}
