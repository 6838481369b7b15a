/**
 * Positions that are computed: sines, then cosines, of ever longer periods (Vaswani et al. 2017, section 3.5; Marian keeps the two apart where
 * the paper interleaves them). Rows are made when they are first asked for, in float64, and kept.
 */
export class Sinusoids {
  readonly #width: number;
  #rows = new Float32Array();

  constructor(width: number) {
    this.#width = width;
  }

  /** [count, width] from position `from`, on the host. */
  rows(from: number, count: number): Float32Array {
    const width = this.#width;
    const known = this.#rows.length / width;
    if (from + count > known) {
      const grown = new Float32Array(Math.max(from + count, 2 * known) * width);
      grown.set(this.#rows);
      for (let position = known; position < grown.length / width; position++) fill(grown.subarray(position * width, (position + 1) * width), position);
      this.#rows = grown;
    }
    return this.#rows.subarray(from * width, (from + count) * width);
  }
}

function fill(row: Float32Array, position: number): void {
  const sines = Math.ceil(row.length / 2);
  for (let unit = 0; unit < row.length; unit++) {
    const angle = position / 10_000 ** ((2 * (unit < sines ? unit : unit - sines)) / row.length);
    row[unit] = unit < sines ? Math.sin(angle) : Math.cos(angle);
  }
}
