/**
 * What a teacher writes of the training sources, stored once for any number of students: how it searches, where the store is, and which of
 * its translations are learned from.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TranslationFilters } from '../../strategies/translation-filters.ts';
import type { SelectionCounts } from '../../strategies/select-translations.ts';
import type { TranslationChoice } from '../../strategies/translation-choice.ts';
import { formatCount } from '../../report/units.ts';
import type { TranslateOptions } from '../../teacher/translate-corpus.ts';
import type { StreamedCorpus } from '../../text/streamed-corpus.ts';
import type { Console } from '../console.ts';
import { numberFromZero, numberOf, wordList } from '../option-values.ts';
import { addSearchOptions, type SearchOptions, translationGroup } from './search-options.ts';
import { type TranslatorFolder, translatorOf } from './translator-folder.ts';

export interface StoreOptions extends SearchOptions {
  readonly longSources?: 'refuse' | 'leave-empty';
}

export interface ChoiceOptions {
  readonly choice?: 'best' | 'bleu' | 'chrf';
  readonly withReferences?: boolean;
  readonly minScore?: number;
  readonly lengthRatio?: { readonly least: number; readonly most: number };
  readonly maxEditRate?: number;
  readonly drop?: readonly string[];
}

export const storeOptions = ['longSources'];
/** What is said of choosing; nothing is chosen where the references are learned from. */
export const choiceOptions = ['choice', 'withReferences', 'minScore', 'lengthRatio', 'maxEditRate', 'drop'];

export function addStoreOptions(command: Command): Command {
  addSearchOptions(command, 'translations to store of each source (default: 1; as many as beams where one is chosen by the reference)');
  return command.addOption(new Option('--long-sources <what>', 'sources longer than the teacher\'s positions: refuse them (default), or leave them without a translation').choices(['refuse', 'leave-empty']));
}

export function addChoiceOptions(command: Command): Command {
  return command
    .optionsGroup(translationGroup)
    .addOption(new Option('--choice <which>', 'which of the teacher\'s translations is learned from: its best (default), or the one nearest to the reference by BLEU or chrF').choices(['best', 'bleu', 'chrf']))
    .option('--with-references', 'learn from the references too')
    .option('--min-score <x>', 'leave out translations that the teacher scores lower (log-probability a token)', numberOf)
    .option('--length-ratio <least-most>', 'leave out translations whose words over the source\'s lie outside, as 0.5-2', ratios)
    .option('--max-edit-rate <x>', 'leave out translations further from the reference (word edits over its words), as 0.8', numberFromZero)
    .option('--drop <what>', 'leave out copies of the source and pairs that came before: copies,duplicates', wordList);
}

function ratios(text: string): { least: number; most: number } {
  const [least, most, ...more] = text.split('-').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (least === undefined || most === undefined || more.length > 0 || !(least >= 0 && most >= least)) throw new InvalidArgumentError('Wanted: the least and the most, as 0.5-2.');
  return { least, most };
}

export function selectionOf(command: Command, { choice = 'best', withReferences = false, minScore, lengthRatio, maxEditRate, drop = [] }: ChoiceOptions): { choice: TranslationChoice; withReferences: boolean; filters: TranslationFilters } {
  const unknown = drop.find((what) => !['copies', 'duplicates'].includes(what));
  if (unknown !== undefined) command.error(`error: --drop ${unknown}: what can be dropped is copies, duplicates`);
  return {
    choice: choice === 'best' ? 'score' : choice, withReferences,
    filters: {
      ...(minScore !== undefined && { minScore }), ...(lengthRatio && { lengthRatio }), ...(maxEditRate !== undefined && { maxEditRate }),
      ...(drop.includes('copies') && { copies: 'drop' }), ...(drop.includes('duplicates') && { duplicates: 'drop' }),
    },
  };
}

interface Storing {
  readonly root: string;
  readonly choice?: TranslationChoice;
  readonly maxTokens?: number;
  readonly console: Pick<Console, 'count'>;
}

/** The translating that is still to do, of which `sequenceLevel` and `translateCorpus` make the store. */
export async function translating(teacher: TranslatorFolder, corpus: StreamedCorpus, options: StoreOptions, { root, choice = 'score', console }: Storing): Promise<Omit<TranslateOptions, 'signal'>> {
  const beams = options.beams ?? teacher.model.config.generation.beams;
  const nBest = options.nBest ?? (choice === 'score' ? 1 : beams);
  const translator = await translatorOf(teacher, { ...options, beams, nBest });
  let count: ((done: number) => void) | undefined;
  return {
    corpus, translator, root, batchTokens: options.batchTokens,
    ...(options.longSources && { longSources: options.longSources }),
    onProgress: ({ done, total }) => (count ??= console.count('translations', 'sentences', total))(done),
  };
}

/** How many were chosen, and why others were not: a line for the person. */
export function selectionText({ examples, chosen, references, dropped }: SelectionCounts): string {
  const lost = Object.entries(dropped).filter(([, count]) => count > 0).map(([reason, count]) => `${reason} ${formatCount(count)}`);
  return `${formatCount(chosen)} of ${formatCount(examples)} translations are learned from${references > 0 ? `, and ${formatCount(references)} references` : ''}${lost.length > 0 ? `; left out: ${lost.join(', ')}` : ''}`;
}
