/**
 * Translating a batch of sources as the model's own settings search, or with changes to them: greedy for one beam, else by beams. It knows
 * token ids alone.
 */
import { beamSearch } from '../../decode/beam-search.ts';
import { greedy } from '../../decode/greedy.ts';
import type { Hypothesis } from '../../decode/path.ts';
import type { Batch } from '../../engine/batch.ts';
import type { GenerationSettings } from './generation.ts';
import type { Seq2Seq } from './model.ts';
import { openDecoder } from './step-decoder.ts';

export interface SearchOptions extends Partial<Omit<GenerationSettings, 'source'>> {
  /** Translations to return of each source, best first. Default 1. */
  readonly nBest?: number;
}

/**
 * @returns of each source of the batch its translations, best first.
 * @throws what the searches throw, and where a translation would be longer than the model has positions.
 */
export async function searchTranslations(model: Seq2Seq, batch: Batch, { nBest = 1, ...changes }: SearchOptions = {}): Promise<Hypothesis[][]> {
  const { source: _file, ...usual } = model.config.generation;
  const { positions } = model.config;
  const asked = { ...usual, ...changes, sources: batch.rows };
  if (changes.maxNewTokens !== undefined && positions !== undefined && changes.maxNewTokens > positions) throw new Error(`${changes.maxNewTokens} tokens are to be written at most, but the model has only ${positions} positions`);
  const options = { ...asked, maxNewTokens: Math.min(asked.maxNewTokens, positions ?? Infinity) };
  if (options.beams === 1 && nBest > 1) throw new Error(`${nBest} translations of each source are wanted, but greedy search finds one: take as many beams`);
  const decoder = openDecoder(model, batch);
  try {
    return options.beams === 1 ? (await greedy(decoder, options)).map((only) => [only]) : await beamSearch(decoder, { ...options, nBest });
  } finally {
    decoder.dispose();
  }
}
