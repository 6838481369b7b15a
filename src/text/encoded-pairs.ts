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

/**
 * Encodes every pair. Throws an Error that names the example which has no translation, or which is too long where that is refused, and
 * one for a target tokenizer that does not close a translation with `eosId`: its student would never learn to stop.
 */
export async function encodePairs(
  corpus: Corpus,
  { source, target, eosId }: Pick<TranslationTokenizers, 'source' | 'target' | 'eosId'>,
  { maxSourceTokens, maxTargetTokens, tooLong = 'cut' }: EncodePairsOptions,
): Promise<EncodedCorpus> {
  const { examples } = corpus;
  const translations = examples.map(({ id, pair }): TextInput => {
    if (pair === undefined) throw new Error(`example ${printable(id)} of ${corpus.name} (${corpus.split}) has no translation: its pair is missing; open the corpus by openParallel, or leave the example out`);
    return { id, text: pair };
  });
  const sources = await source.encode(examples.map(({ id, text }) => ({ id, text })), { maxTokens: maxSourceTokens });
  const targets = await target.encode(translations, { maxTokens: maxTargetTokens });
  if (tooLong === 'refuse') {
    refuseCut(examples, sources, { side: 'source', most: maxSourceTokens });
    refuseCut(examples, targets, { side: 'translation', most: maxTargetTokens });
  }
  const open = targets.findIndex(({ ids }) => ids.at(-1) !== eosId);
  if (open >= 0) throw new Error(`example ${printable(examples[open]?.id ?? '')}: the target tokenizer does not end its translation with the end-of-sentence token (id ${eosId}); its post_processor must append it`);
  const rows = flatRows(sources.map(({ ids }) => ids));
  return {
    exampleIds: examples.map(({ id }) => id),
    ...rows,
    typeIds: flatten(sources.map(({ typeIds }) => typeIds), rows.offsets),
    targets: { ...flatRows(targets.map(({ ids }) => ids)), maxTokens: maxTargetTokens, truncated: countCut(targets), tokenizer: target.fingerprint },
    maxTokens: maxSourceTokens,
    truncated: countCut(sources),
    corpus: corpus.fingerprint,
    tokenizer: source.fingerprint,
  };
}

function refuseCut(examples: readonly Example[], encodings: readonly Encoding[], { side, most }: { readonly side: string; readonly most: number }): void {
  const cut = encodings.findIndex(({ truncated }) => truncated);
  if (cut < 0) return;
  throw new Error(`example ${printable(examples[cut]?.id ?? '')}: its ${side} has more than ${most} tokens (${countCut(encodings)} of ${encodings.length} have); leave such pairs out, or let them be cut`);
}

function countCut(encodings: readonly Encoding[]): number {
  return encodings.filter(({ truncated }) => truncated).length;
}
