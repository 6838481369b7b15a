// Reads FlatBuffers tables (what Arrow describes its messages in) from untrusted bytes. Every access is checked against exactly
// those bytes, and no list is made before its length was.
//   table:   i32 distance back to its vtable, then the fields
//   vtable:  u16 own size · u16 table size · u16 place of field i in the table, 0 where it is absent
//   vector:  u32 length, then the elements; a text is a vector of bytes; a table in a vector or field is a u32 distance to it

export class FlatTable {
  readonly #view: DataView;
  readonly #place: number;

  private constructor(view: DataView, place: number) {
    this.#view = view;
    this.#place = place;
  }

  /** The table that a finished buffer holds. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(within(view, 0, 4), true));
  }

  /** An absent number is 0, the default of every field that Arrow's messages have. */
  uint8(field: number): number {
    const place = this.#find(field);
    return place === undefined ? 0 : this.#view.getUint8(this.#at(place, 1));
  }

  int16(field: number): number {
    const place = this.#find(field);
    return place === undefined ? 0 : this.#view.getInt16(this.#at(place, 2), true);
  }

  int32(field: number): number {
    const place = this.#find(field);
    return place === undefined ? 0 : this.#view.getInt32(this.#at(place, 4), true);
  }

  int64(field: number): number {
    const place = this.#find(field);
    return place === undefined ? 0 : this.#size(place);
  }

  string(field: number): string {
    const place = this.#find(field);
    if (place === undefined) return '';
    const { start, length } = this.#vector(place, 1);
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length));
  }

  table(field: number): FlatTable | undefined {
    const place = this.#find(field);
    return place === undefined ? undefined : this.#follow(place);
  }

  tables(field: number): FlatTable[] {
    const place = this.#find(field);
    if (place === undefined) return [];
    const { start, length } = this.#vector(place, 4);
    return Array.from({ length }, (_, i) => this.#follow(start + 4 * i));
  }

  /** A vector of structs that each hold two 64-bit sizes. */
  pairs(field: number): [number, number][] {
    const place = this.#find(field);
    if (place === undefined) return [];
    const { start, length } = this.#vector(place, 16);
    return Array.from({ length }, (_, i) => [this.#size(start + 16 * i), this.#size(start + 16 * i + 8)]);
  }

  #find(field: number): number | undefined {
    const vtable = this.#place - this.#view.getInt32(this.#at(this.#place, 4), true);
    const entry = 4 + 2 * field;
    const offset = entry < this.#view.getUint16(this.#at(vtable, 2), true) ? this.#view.getUint16(this.#at(vtable + entry, 2), true) : 0;
    return offset === 0 ? undefined : this.#place + offset;
  }

  #follow(place: number): FlatTable {
    return new FlatTable(this.#view, place + this.#view.getUint32(this.#at(place, 4), true));
  }

  #vector(place: number, elementBytes: number): { start: number; length: number } {
    const start = place + this.#view.getUint32(this.#at(place, 4), true) + 4;
    const length = this.#view.getUint32(this.#at(start - 4, 4), true);
    if (start + length * elementBytes > this.#view.byteLength) throw new Error('a list is longer than its message');
    return { start, length };
  }

  #size(place: number): number {
    const size = Number(this.#view.getBigInt64(this.#at(place, 8), true));
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`${size} is no size`);
    return size;
  }

  #at(place: number, bytes: number): number {
    return within(this.#view, place, bytes);
  }
}

/** @returns `place`. @throws where so many bytes from there on are not all in the view. */
function within(view: DataView, place: number, bytes: number): number {
  if (place < 0 || place + bytes > view.byteLength) throw new Error('a description points outside of its message');
  return place;
}
