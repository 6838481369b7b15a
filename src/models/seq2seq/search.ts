/**
 * Translating a batch of sources as the model's own settings search, or with changes to them. It knows token ids alone.
 */
import type { Hypothesis } from '../../decode/path.ts';
import { search, type SearchOptions } from '../../decode/search.ts';
import type { Batch } from '../../engine/batch.ts';
import type { Seq2SeqConfig } from './config.ts';
import type { Seq2Seq } from './model.ts';
import { openDecoder } from './step-decoder.ts';

/**
 * How a model searches, or several of one vocabulary together: as the first is set to, but for the changes. Its usual length is cut to the positions
 * there are. @throws where a longer one is asked for.
 */
export function searchSettings(models: readonly [Seq2SeqConfig, ...Seq2SeqConfig[]], changes: Partial<SearchOptions>): SearchOptions {
  const { source: _file, ...usual } = models[0].generation;
  const positions = Math.min(...models.map((config) => config.positions ?? Infinity));
  const { maxNewTokens = Math.min(usual.maxNewTokens, positions) } = changes;
  if (maxNewTokens > positions) throw new Error(`${maxNewTokens} tokens are to be written at most, but the model has only ${positions} positions`);
  return { ...usual, ...changes, maxNewTokens };
}

/**
 * @returns of each source of the batch its translations, best first.
 * @throws what the searches throw, and where a translation would be longer than the model has positions.
 */
export async function searchTranslations(model: Seq2Seq, batch: Batch, changes: Partial<SearchOptions> = {}): Promise<Hypothesis[][]> {
  const options = searchSettings([model.config], changes);
  const decoder = openDecoder(model, batch);
  try {
    return await search(decoder, { ...options, sources: batch.rows });
  } finally {
    decoder.dispose();
  }
}
