/**
 * The search that is asked for, over any step-wise decoder: greedy for one beam, else by beams.
 */
import { beamSearch, type BeamSearchOptions } from './beam-search.ts';
import { greedy } from './greedy.ts';
import type { Hypothesis } from './path.ts';
import type { StepDecoder } from './step-decoder.ts';

/** `beams: 1` is greedy. */
export type SearchOptions = Omit<BeamSearchOptions, 'sources'>;

/**
 * @returns of each source its translations, best first.
 * @throws what the searches throw, and where more translations are wanted than there are beams.
 */
export async function search(decoder: StepDecoder, options: BeamSearchOptions): Promise<Hypothesis[][]> {
  if (options.beams !== 1) return beamSearch(decoder, options);
  const { nBest = 1 } = options;
  if (nBest !== 1) throw new Error(`${nBest} translations of each source are wanted, but greedy search finds one: take as many beams`);
  return (await greedy(decoder, options)).map((only) => [only]);
}
