// The translations of a corpus as flat token ids, as the decoder is to say them: the end-of-sentence token included, no start token.
// They stand beside the sources in `EncodedCorpus.targets`; encoded-pairs.ts makes them, target-batch.ts pads them.
import { joinArrays } from './encoded-labels.ts';
import { lengthsOf, offsetsOf, sliceRows, type FlatRows } from './flat-rows.ts';

export interface EncodedTargets extends FlatRows {
  /** The limit they were cut to; none is longer. */
  readonly maxTokens: number;
  /** Translations that were cut. */
  readonly truncated: number;
  /** Fingerprint of what they were made with. */
  readonly tokenizer: string;
}

/** Of one corpus after another's. Throws an Error where one has none, or where their tokenizers differ. */
export function joinTargets(a: EncodedTargets | undefined, b: EncodedTargets | undefined): EncodedTargets | undefined {
  if (a === undefined && b === undefined) return undefined;
  if (a === undefined || b === undefined) throw new Error('one of two corpora has translations and the other has none; encode both by encodePairs, or neither');
  if (a.tokenizer !== b.tokenizer) throw new Error('two corpora whose translations were encoded by different tokenizers cannot be joined; encode both with one');
  return {
    ids: joinArrays(Int32Array, a.ids, b.ids),
    offsets: offsetsOf([...lengthsOf(a), ...lengthsOf(b)]),
    maxTokens: Math.max(a.maxTokens, b.maxTokens),
    truncated: a.truncated + b.truncated,
    tokenizer: a.tokenizer,
  };
}

/** Of the rows `begin` to before `end`; `truncated` stays that of the whole. */
export function sliceTargets(targets: EncodedTargets, begin: number, end: number): EncodedTargets {
  return { ...targets, ...sliceRows(targets, begin, end) };
}
