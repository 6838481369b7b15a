/**
 * How a translator searches, where a person wants it otherwise than generation_config.json says.
 */
import type { Command } from 'commander';
import { numberOf, wholeNumber } from '../option-values.ts';

export interface SearchChoice {
  readonly beams?: number;
  readonly nBest?: number;
  readonly maxNewTokens?: number;
  readonly lengthPenalty?: number;
}

export interface SearchOptions extends SearchChoice {
  /** Source tokens of a batch. */
  readonly batchTokens: number;
}

export const searchOptions = ['beams', 'nBest', 'maxNewTokens', 'lengthPenalty', 'batchTokens'];

/** Under a heading of their own in the help. */
export const translationGroup = 'Translation:';

/** @param several how several translations of a source are spoken of; absent: only the best counts. */
export function addSearchOptions(command: Command, several?: string): Command {
  command.optionsGroup(translationGroup).option('--beams <n>', 'beams of the search; 1 is greedy (default: as the model\'s generation_config.json says)', wholeNumber);
  if (several !== undefined) command.option('--n-best <n>', several, wholeNumber);
  return command
    .option('--max-new-tokens <n>', 'longest translation, in tokens (default: the model\'s)', wholeNumber)
    .option('--length-penalty <x>', 'above 0 favours long translations (default: the model\'s)', numberOf)
    .option('--batch-tokens <n>', 'source tokens that are translated at once, padding counted', wholeNumber, 4096);
}
