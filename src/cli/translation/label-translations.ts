/**
 * `retort label --translation`: a teacher translates the training text once, its N best with their scores, for any number of students.
 */
import type { Command } from 'commander';
import { formatCount } from '../../report/units.ts';
import { translated } from '../../teacher/translate-corpus.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { refuseOtherOptions } from '../unused-options.ts';
import { type Languages, languages, openParallelSplits } from './parallel-splits.ts';
import { searchOptions, translationGroup } from './search-options.ts';
import { addStoreOptions, type StoreOptions, storeOptions, translating } from './teacher-translations.ts';
import { openTranslatorFolder } from './translator-folder.ts';

export interface LabelTranslationsOptions extends StoreOptions, EngineOption {
  readonly translation: Languages;
  readonly translations: string;
  readonly examples?: number;
}

/** What means nothing to classifiers. */
export const translationLabelling = ['translation', 'translations', ...storeOptions, ...searchOptions];

export function addTranslationLabelling(command: Command): Command {
  command
    .optionsGroup(translationGroup)
    .option('--translation <from-into>', 'the teacher is a translator and the corpus parallel text, train.en and train.de for en-de', languages)
    .option('--translations <folder>', 'where the translations are kept, each store under its own address', 'runs/translations');
  return addStoreOptions(command);
}

export async function labelTranslations(command: Command, door: Door, { teacher, corpus }: { readonly teacher: string; readonly corpus: string }, options: LabelTranslationsOptions): Promise<void> {
  refuseOtherOptions(command, [...translationLabelling, 'examples', 'engine', 'device', 'precision', 'threads'], 'it is for classifiers; leave it away with --translation');
  const console = door.console();
  const { train } = await openParallelSplits(corpus, options.translation, options);
  await startEngine(console, options);
  const opened = await openTranslatorFolder(teacher);
  for (const notice of opened.notices) console.note(notice);
  const { folder, examples } = await translated({ ...(await translating(opened, train, options, { root: options.translations, console })), signal: door.signal });
  opened.model.dispose();
  console.say(`translations of ${formatCount(examples)} sources\n${folder}`);
  console.answer({ folder, examples });
}
