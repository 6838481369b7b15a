// Running text in blocks of equal length, for masked-LM pre-training: the lines of a text one after the other, cut wherever a block is
// full, each block framed by the special tokens of a text. Nothing marks where a line ended; only the last block may be shorter.
import type { Example } from './example.ts';
import type { Encoding, Tokenizer } from './tokenizer.ts';

/** The special tokens around a single text. */
export interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** A block, under the id of the line it begins in: `train-7`, or `train-7+120` behind that line's first 120 tokens. */
export type Block = readonly [Pick<Example, 'id'>, Encoding];

/** @throws for a tokenizer that does not tell which tokens are special. */
export async function frameOf(tokenizer: Partial<Pick<Tokenizer, 'inspect'>>): Promise<Frame> {
  if (tokenizer.inspect === undefined) throw new Error('a text is packed into blocks by a tokenizer that tells which tokens are special; this one does not');
  const [framed] = await tokenizer.inspect([{ text: 'a' }]);
  const { ids = [], specialTokensMask: special = [] } = framed ?? {};
  const inner = special.indexOf(0);
  const end = special.lastIndexOf(0) + 1;
  return inner === -1 ? { before: ids, after: [] } : { before: ids.slice(0, inner), after: ids.slice(end) };
}

export class BlockPacker {
  readonly #frame: Frame;
  /** Tokens of text in a block. */
  readonly #room: number;
  #begins = '';
  #held: number[] = [];

  /** @param maxTokens of a block with its frame. Throws an Error where no text would fit. */
  constructor(frame: Frame, maxTokens: number) {
    this.#frame = frame;
    this.#room = maxTokens - frame.before.length - frame.after.length;
    if (!Number.isInteger(maxTokens) || this.#room < 1) throw new Error(`maxTokens is ${maxTokens}; a block must hold more than its ${frame.before.length + frame.after.length} special tokens`);
  }

  /** Takes the next line, encoded as a text of its own and not cut; gives the blocks that are now full. */
  add({ id }: Pick<Example, 'id'>, { ids }: Pick<Encoding, 'ids'>): Block[] {
    const text = ids.subarray(this.#frame.before.length, ids.length - this.#frame.after.length);
    const full: Block[] = [];
    for (let at = 0; at < text.length; ) {
      if (this.#held.length === 0) this.#begins = at === 0 ? id : `${id}+${at}`;
      const taken = text.subarray(at, at + this.#room - this.#held.length);
      this.#held.push(...taken);
      at += taken.length;
      if (this.#held.length === this.#room) full.push(...this.rest());
    }
    return full;
  }

  /** What is held and fills no block; nothing is held afterwards. */
  rest(): Block[] {
    if (this.#held.length === 0) return [];
    const ids = Int32Array.from([...this.#frame.before, ...this.#held, ...this.#frame.after]);
    this.#held = [];
    return [[{ id: this.#begins }, { ids, typeIds: new Int32Array(ids.length), truncated: false }]];
  }
}
