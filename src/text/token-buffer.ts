// Encoded examples gathered until they fill a shard. Arrays grow by doubling and are used again for the next shard.
import type { TokenRows } from '../storage/arrow-tokens.ts';
import type { Example } from './example.ts';
import type { Encoding } from './tokenizer.ts';

export class TokenBuffer {
  /** Examples, and tokens of all of them. */
  rows = 0;
  tokens = 0;
  #ids: string[] = [];
  #labels: string[] = [];
  #offsets: number[] = [0];
  #tokens = new Int32Array(1024);
  #types = new Uint8Array(1024);

  /** Throws an Error for a token type above 255. */
  add({ id, label }: Pick<Example, 'id' | 'label'>, { ids, typeIds }: Encoding): void {
    const large = typeIds.find((type) => type < 0 || type > 255);
    if (large !== undefined) throw new Error(`example ${id}: token type ${large} is not one of 0 to 255`);
    while (this.tokens + ids.length > this.#tokens.length) this.#grow();
    this.#tokens.set(ids, this.tokens);
    this.#types.set(typeIds, this.tokens);
    this.tokens += ids.length;
    this.rows += 1;
    this.#ids.push(id);
    this.#labels.push(label === undefined ? '' : JSON.stringify(label));
    this.#offsets.push(this.tokens);
  }

  /** What was added since the last time. Its arrays are valid until the next `add`. */
  drain(): TokenRows {
    const rows = { ids: this.#ids, labels: this.#labels, offsets: Int32Array.from(this.#offsets), tokens: this.#tokens.subarray(0, this.tokens), types: this.#types.subarray(0, this.tokens) };
    this.rows = 0;
    this.tokens = 0;
    this.#ids = [];
    this.#labels = [];
    this.#offsets = [0];
    return rows;
  }

  #grow(): void {
    const [tokens, types] = [new Int32Array(2 * this.#tokens.length), new Uint8Array(2 * this.#types.length)];
    tokens.set(this.#tokens);
    types.set(this.#types);
    this.#tokens = tokens;
    this.#types = types;
  }
}
