/**
 * Options of whoever learns from parallel text, and the text encoded for it.
 */
import { type Command, Option } from 'commander';
import type { Seq2SeqFamilyName } from '../../models/seq2seq/config.ts';
import { seq2seqFamilies } from '../../models/seq2seq/families.ts';
import { formatCount } from '../../report/units.ts';
import type { EncodedCorpus } from '../../text/encoded-corpus.ts';
import { trainDefaults } from '../../train/train.ts';
import type { Console } from '../console.ts';
import { dropoutRate } from '../option-values.ts';
import { translationMetrics, type TranslationMetric, type TrainingOptions } from '../training-options.ts';
import { languages } from './parallel-splits.ts';
import { translationGroup } from './search-options.ts';

export interface PairOptions {
  readonly family?: Seq2SeqFamilyName;
  readonly labelSmoothing?: number;
  readonly emptyLines?: 'refuse' | 'leave-out';
}

export const pairOptions = ['translation', 'family', 'labelSmoothing', 'emptyLines'];

/** What training and its engine are told, of whatever kind the model is. */
export const sharedOptions = ['out', 'examples', 'maxTokens', 'metric', 'steps', 'epochs', ...Object.keys(trainDefaults), 'learningRate', 'warmup', 'dropout', 'engine', 'device', 'precision', 'threads', 'replay'];

export function addPairOptions(command: Command, smoothing: string): Command {
  return command
    .optionsGroup(translationGroup)
    .option('--translation <from-into>', 'train a translator: the corpus is parallel text, train.en and train.de, dev and perhaps test likewise (or TSVs with the columns en and de), for en-de', languages)
    .addOption(new Option('--family <name>', 'of a fresh translator (default: marian)').choices(Object.keys(seq2seqFamilies)))
    .option('--label-smoothing <share>', smoothing, dropoutRate)
    .addOption(new Option('--empty-lines <what>', 'lines that are empty on a side: refuse them (default), or leave them out with their counterparts').choices(['refuse', 'leave-out']));
}

/** @throws (wrong use) for the score of another kind of model. */
export function translationMetric(command: Command, { metric = 'bleu' }: Pick<TrainingOptions, 'metric'>): TranslationMetric {
  return translationMetrics.find((name) => name === metric) ?? command.error(`error: --metric ${metric}: translators are ranked by ${translationMetrics.join(', ')}`);
}

/** Tells how many texts were cut. */
export function noteCut({ exampleIds, truncated, targets, maxTokens }: EncodedCorpus, console: Pick<Console, 'note'>): void {
  const cut = [`${formatCount(truncated)} sources`, `${formatCount(targets?.truncated ?? 0)} translations`].join(' and ');
  if (truncated + (targets?.truncated ?? 0) > 0) console.note(`of ${formatCount(exampleIds.length)} pairs ${cut} are longer than ${maxTokens} tokens and were cut (--max-tokens)`);
}
