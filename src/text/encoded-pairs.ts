// Parallel text tokenised for a translator: the sources as any corpus is, the translations beside them as the decoder is to say them.
// In memory only: the shards of token-cache.ts hold one side.
import { printable } from '../storage/quoted.ts';
import type { Corpus } from './corpus.ts';
import type { EncodedCorpus } from './encoded-corpus.ts';
import type { Example } from './example.ts';
import { flatRows, flatten } from './flat-rows.ts';
import type { Encoding, TextInput } from './tokenizer.ts';
import type { TranslationTokenizers } from './translation-tokenizers.ts';

export interface EncodePairsOptions {
  /** Most tokens of a source and of a translation, special tokens included: the positions that the model has. */
  readonly maxSourceTokens: number;
  readonly maxTargetTokens: number;
  /** Longer texts are cut and counted, with their last token still the end of the sentence, or refused. Default: cut. */
  readonly tooLong?: 'cut' | 'refuse';
}

/** The sources alone, of parallel text or any other, to be translated. Throws an Error that names the example which is too long where that is refused. */
export async function encodeSources(corpus: Corpus, { source }: Pick<TranslationTokenizers, 'source'>, { maxSourceTokens, tooLong = 'cut' }: Omit<EncodePairsOptions, 'maxTargetTokens'>): Promise<EncodedCorpus> {
  const { examples } = corpus;
  const encodings = await source.encode(examples.map(({ id, text }) => ({ id, text })), { maxTokens: maxSourceTokens });
  if (tooLong === 'refuse') refuseCut(examples, encodings, { side: 'source', most: maxSourceTokens });
  const rows = flatRows(encodings.map(({ ids }) => ids));
  return {
    exampleIds: examples.map(({ id }) => id),
    ...rows,
    typeIds: flatten(encodings.map(({ typeIds }) => typeIds), rows.offsets),
    maxTokens: maxSourceTokens,
    truncated: countCut(encodings),
    corpus: corpus.fingerprint,
    tokenizer: source.fingerprint,
  };
}

/**
 * Encodes every pair. Throws an Error that names the example which has no translation, or which is too long where that is refused, and
 * one for a target tokenizer that does not close a translation with `eosId`: its student would never learn to stop.
 */
export async function encodePairs(corpus: Corpus, tokenizers: Pick<TranslationTokenizers, 'source' | 'target' | 'eosId'>, options: EncodePairsOptions): Promise<EncodedCorpus> {
  const { examples } = corpus;
  const { target, eosId } = tokenizers;
  const { maxTargetTokens, tooLong = 'cut' } = options;
  const translations = examples.map(({ id, pair }): TextInput => {
    if (pair === undefined) throw new Error(`example ${printable(id)} of ${corpus.name} (${corpus.split}) has no translation: its pair is missing; open the corpus by openParallel, or leave the example out`);
    return { id, text: pair };
  });
  const sources = await encodeSources(corpus, tokenizers, options);
  const encodings = await target.encode(translations, { maxTokens: maxTargetTokens });
  if (tooLong === 'refuse') refuseCut(examples, encodings, { side: 'translation', most: maxTargetTokens });
  const open = encodings.findIndex(({ ids }) => ids.at(-1) !== eosId);
  if (open >= 0) throw new Error(`example ${printable(examples[open]?.id ?? '')}: the target tokenizer does not end its translation with the end-of-sentence token (id ${eosId}); its post_processor must append it`);
  return { ...sources, targets: { ...flatRows(encodings.map(({ ids }) => ids)), maxTokens: maxTargetTokens, truncated: countCut(encodings), tokenizer: target.fingerprint } };
}

function refuseCut(examples: readonly Example[], encodings: readonly Encoding[], { side, most }: { readonly side: string; readonly most: number }): void {
  const cut = encodings.findIndex(({ truncated }) => truncated);
  if (cut < 0) return;
  throw new Error(`example ${printable(examples[cut]?.id ?? '')}: its ${side} has more than ${most} tokens (${countCut(encodings)} of ${encodings.length} have); leave such pairs out, or let them be cut`);
}

function countCut(encodings: readonly Encoding[]): number {
  return encodings.filter(({ truncated }) => truncated).length;
}
