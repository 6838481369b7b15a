/** Translations of a few texts, in memory, in the order of the texts: for test sets. A corpus to learn from goes into the store (translate-corpus.ts). */
import { batchesOf } from './translate-corpus.ts';
import type { Translation, Translator } from './translator.ts';

export interface TranslateTextsOptions {
  /** Source tokens of a batch at most, padding counted. Default 4096. */
  readonly batchTokens?: number;
  /** Stops between batches. */
  readonly signal?: AbortSignal | undefined;
}

/** The best translation of each. @throws for a text with more tokens than the translator reads. */
export async function translateTexts(translator: Translator, texts: readonly string[], { batchTokens = 4096, signal }: TranslateTextsOptions = {}): Promise<Translation[]> {
  const encoded = await translator.encode(texts);
  const long = encoded.findIndex(({ length }) => length > translator.maxTokens);
  if (long >= 0) throw new Error(`text ${long + 1} has ${encoded[long]!.length} tokens, but ${translator.name} reads ${translator.maxTokens} at most; shorten it`);
  const found: Translation[] = [];
  for (const rows of batchesOf(encoded, { batchTokens, maxTokens: translator.maxTokens })) {
    signal?.throwIfAborted();
    const translations = await translator.translate(rows.map((row) => encoded[row]!));
    for (const [i, row] of rows.entries()) {
      const best = translations[i]?.[0];
      if (best === undefined) throw new Error(`${translator.name} gave no translation of text ${row + 1}`);
      found[row] = best;
    }
    await new Promise((resume) => setImmediate(resume)); // lets Ctrl-C and the progress line through
  }
  return found;
}
