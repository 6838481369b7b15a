/**
 * TinyBERT's data augmentation: more unlabelled text for a teacher to label, made from the texts there are by putting other words in the
 * place of some. Which words could stand where: word-candidates.ts. Jiao et al. 2020, algorithm 1, as the authors' code has it:
 * candidates are found once, in the text as it was. It labels nothing.
 */
import { fold, type Key, randomKey, uniform } from '../engine/random.ts';
import type { Model } from '../models/model.ts';
import { chunksOf } from '../text/chunks.ts';
import type { Example } from '../text/example.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { type CandidateWord, openCandidates } from './word-candidates.ts';
import { embeddingNeighbours, type WordNeighbours } from './word-neighbours.ts';

export interface AugmentOptions {
  /** N: texts made of each, fewer where some come out equal. Default 20. */
  readonly copies?: number;
  /** p_t: how likely a word is replaced. Default 0.4. */
  readonly replace?: number;
  /** K: words to choose from, all alike. Default 15. */
  readonly candidates?: number;
  readonly seed?: number;
  /** For words of several pieces. Default: by the model's own embeddings. */
  readonly neighbours?: WordNeighbours;
  /** Texts in a pass of the model. Default 64. */
  readonly rows?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Examples whose words are looked up together. */
const chunkRows = 32;

/**
 * For each example its variants, under `<id>~1`, `<id>~2`, ..., without labels; of a pair both texts vary. The same seed and id give the same
 * variants, whatever else is augmented. Throws an Error for a model without a masked-LM head.
 */
export async function* augment(examples: AsyncIterable<Example> | Iterable<Example>, { model, tokenizer }: { model: Model; tokenizer: Tokenizer }, options: AugmentOptions = {}): AsyncGenerator<Example, void, undefined> {
  const { copies = 20, replace = 0.4, candidates: count = 15, seed = 1, rows = 64, signal } = options;
  check(model, { copies, replace, candidates: count });
  const neighbours = options.neighbours ?? (await embeddingNeighbours(model, tokenizer));
  const candidatesOf = await openCandidates({ model, tokenizer, neighbours, count, rows, signal });
  const key = randomKey(seed, 'augment');
  for await (const chunk of chunksOf(examples, chunkRows)) {
    const texts = chunk.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair]));
    const words = await candidatesOf(texts);
    let at = 0;
    for (const example of chunk) {
      const sides = [{ text: example.text, words: words[at++] ?? [] }, ...(example.pair === undefined ? [] : [{ text: example.pair, words: words[at++] ?? [] }])];
      yield* variants(example.id, sides, { copies, replace, key: fold(key, example.id) });
    }
  }
}

interface Side {
  readonly text: string;
  readonly words: readonly CandidateWord[];
}

function* variants(id: string, sides: readonly Side[], { copies, replace, key }: { copies: number; replace: number; key: Key }): Generator<Example, void, undefined> {
  const seen = new Set([sides.map(({ text }) => text).join('\n')]);
  for (let copy = 1; copy <= copies; copy++) {
    const [text = '', pair] = sides.map((side, index) => varied(side, replace, fold(key, copy, index)));
    const whole = pair === undefined ? text : `${text}\n${pair}`;
    if (seen.has(whole)) continue;
    seen.add(whole);
    yield { id: `${id}~${copy}`, text, ...(pair !== undefined && { pair }) };
  }
}

function varied({ text, words }: Side, replace: number, key: Key): string {
  const points = Array.from(text);
  let [varied, from] = ['', 0];
  words.forEach(({ begin, end, candidates }, word) => {
    if (uniform(key, 2 * word) >= replace) return;
    varied += points.slice(from, begin).join('') + (candidates[Math.floor(uniform(key, 2 * word + 1) * candidates.length)] ?? '');
    from = end;
  });
  return varied + points.slice(from).join('');
}

function check({ config }: Model, { copies, replace, candidates }: { copies: number; replace: number; candidates: number }): void {
  if (config.task !== 'masked-lm') throw new Error(`words are replaced by what a masked-LM head expects, but this model is ${config.task === 'none' ? 'a bare encoder' : config.task}; give the encoder as it was published, before it was fine-tuned`);
  for (const [name, value] of Object.entries({ copies, candidates })) if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, not ${value}`);
  if (!(replace > 0 && replace <= 1)) throw new Error(`replace must be above 0 and at most 1, not ${replace}`);
}
