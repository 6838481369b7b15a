/**
 * The scores of a translator on dev while it learns: the likelihood of the references, and BLEU and chrF of greedy search where they pick
 * the best weights.
 */
import { corpusBleu } from '../../evaluate/bleu.ts';
import { corpusChrf } from '../../evaluate/chrf.ts';
import { translationLikelihood } from '../../evaluate/translation-likelihood.ts';
import type { Seq2Seq } from '../../models/seq2seq/model.ts';
import { modelTranslator } from '../../teacher/model-translator.ts';
import { translateSources } from '../../teacher/translate-sources.ts';
import type { Corpus } from '../../text/corpus.ts';
import { encodePairs } from '../../text/encoded-pairs.ts';
import { lengthsOf, rowOf } from '../../text/flat-rows.ts';
import type { TranslationTokenizers } from '../../text/translation-tokenizers.ts';

export interface DevOptions {
  readonly tokenizers: TranslationTokenizers;
  readonly maxTokens: number;
  readonly batchTokens: number;
  /** Whether it is translated too, greedily; its likelihood alone costs less. */
  readonly translates: boolean;
  readonly signal: AbortSignal;
}

/** Scores a translator on dev again and again. A translation may be half again as long as the longest reference: a model that cannot end yet costs no more. */
export async function openDev(corpus: Corpus, { tokenizers, maxTokens, batchTokens, translates, signal }: DevOptions): Promise<(model: Seq2Seq) => Promise<Record<string, number>>> {
  const pairs = await encodePairs(corpus, tokenizers, { maxSourceTokens: maxTokens, maxTargetTokens: maxTokens });
  const references = corpus.examples.map(({ pair = '' }) => pair);
  const longest = pairs.targets === undefined ? maxTokens : lengthsOf(pairs.targets).reduce((most, length) => Math.max(most, length), 0);
  const sources = corpus.examples.map((_, row) => Int32Array.from(rowOf(pairs, row)));
  return async (model) => {
    const { logLikelihood, perplexity } = await translationLikelihood(model, pairs);
    if (!translates) return { logLikelihood, perplexity };
    const translator = await modelTranslator(model, { tokenizers, search: { beams: 1, nBest: 1, maxNewTokens: Math.min(maxTokens, Math.ceil(1.5 * longest)) } });
    const found = await translateSources(translator, sources, { ids: pairs.exampleIds, batchTokens, signal });
    const translations = found.map(([best]) => best?.text ?? '');
    return { bleu: corpusBleu(translations, references).score, chrf: corpusChrf(translations, references), logLikelihood, perplexity };
  };
}
