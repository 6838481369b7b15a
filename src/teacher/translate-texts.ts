/** Translations of a few texts, in memory, in the order of the texts: for test sets. A corpus to learn from goes into the store (translate-corpus.ts). */
import { translateSources, type TranslateSourcesOptions } from './translate-sources.ts';
import type { Translation, Translator } from './translator.ts';

export type TranslateTextsOptions = Pick<TranslateSourcesOptions, 'batchTokens' | 'signal'>;

/** The best translation of each. @throws for a text with more tokens than the translator reads. */
export async function translateTexts(translator: Translator, texts: readonly string[], options: TranslateTextsOptions = {}): Promise<Translation[]> {
  const encoded = await translator.encode(texts);
  const long = encoded.findIndex(({ length }) => length > translator.maxTokens);
  if (long >= 0) throw new Error(`text ${long + 1} has ${encoded[long]!.length} tokens, but ${translator.name} reads ${translator.maxTokens} at most; shorten it`);
  const found = await translateSources(translator, encoded, { ...options, ids: texts.map((_, row) => `text ${row + 1}`) });
  return found.map(([best]) => best!); // none is without one: translateSources refuses that
}
