/**
 * `retort evaluate` of a translator: BLEU, chrF, perplexity of the references and speed on parallel text, beside another translator or a
 * file of translations where one is given.
 */
import type { Command } from 'commander';
import { formatCount } from '../../report/units.ts';
import { openParallel } from '../../text/parallel.ts';
import type { Corpus } from '../../text/corpus.ts';
import { readLines } from '../../text/lines.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { requireFile } from '../text-files.ts';
import { refuseOptions, refuseOtherOptions } from '../unused-options.ts';
import { judgeTranslator } from './judgement.ts';
import { type Languages, languages, openScoredPairs } from './parallel-splits.ts';
import { addSearchOptions, type SearchOptions, searchOptions, translationGroup } from './search-options.ts';
import { scoreSystems, type System, systemOf, systemsText } from './score-rows.ts';
import { openTranslatorFolder } from './translator-folder.ts';

export interface EvaluateTranslatorOptions extends SearchOptions, EngineOption {
  readonly translation?: Languages;
  readonly source?: string;
  readonly target?: string;
  readonly hypotheses?: string;
  readonly split?: string;
  readonly teacher?: string;
  readonly maxTokens?: number;
}

const own = ['translation', 'source', 'target', 'hypotheses'];
/** What means nothing to classifiers. */
export const translatorEvaluation = [...own, ...searchOptions];

export function addTranslatorEvaluation(command: Command): Command {
  command
    .optionsGroup(translationGroup)
    .option('--translation <from-into>', 'the corpus is parallel text: test.en and test.de, or the columns en and de of a TSV, for en-de', languages)
    .option('--source <file>', 'in place of a corpus: the texts to translate, one a line')
    .option('--target <file>', 'and their references, line by line')
    .option('--hypotheses <file>', 'translations of another system, line by line, to hold it against');
  return addSearchOptions(command);
}

export async function evaluateTranslator(command: Command, door: Door, { folder, path, options }: { readonly folder: string; readonly path: string | undefined; readonly options: EvaluateTranslatorOptions }): Promise<void> {
  refuseOtherOptions(command, [...translatorEvaluation, 'split', 'teacher', 'maxTokens', 'engine', 'device', 'precision', 'threads'], `${folder} is a translator; leave that away`);
  const corpus = await scoredPairs(command, path, options);
  const references = corpus.examples.map(({ pair = '' }) => pair);
  const console = door.console();
  const others = options.hypotheses === undefined ? [] : [{ name: options.hypotheses, translations: await hypothesesOf(options.hypotheses, corpus) }];
  await startEngine(console, options);
  const judge = async (name: string, place: string): Promise<System> => {
    const opened = await openTranslatorFolder(place);
    for (const notice of opened.notices) console.note(notice);
    try {
      return systemOf(name, await judgeTranslator(name, opened, corpus, { ...options, console, signal: door.signal }));
    } finally {
      opened.model.dispose();
    }
  };
  const scored = scoreSystems([await judge('model', folder), ...(options.teacher === undefined ? [] : [await judge('teacher', options.teacher)]), ...others], references);
  console.say(`${systemsText(scored, references.length)}\n\non ${formatCount(references.length)} sentences of ${corpus.name} (${corpus.split})`);
  console.answer({ corpus: corpus.name, split: corpus.split, sentences: references.length, ...scored });
}

async function scoredPairs(command: Command, path: string | undefined, { translation, source, target, split }: EvaluateTranslatorOptions): Promise<Corpus> {
  if (source !== undefined || target !== undefined) {
    if (source === undefined || target === undefined) return command.error('error: --source and --target go together: the texts, and their references line by line');
    if (path !== undefined) return command.error(`error: ${path}: --source and --target name what is scored on; leave the corpus away`);
    refuseOptions(command, ['translation', 'split'], '--source and --target name the files');
    for (const file of [source, target]) await requireFile(file, 'give a text file with one sentence a line');
    return openParallel({ source, target });
  }
  if (path === undefined || translation === undefined) return command.error('error: what to score on? Give a corpus and its languages, as CORPUS --translation en-de, or --source FILE --target FILE');
  return openScoredPairs(path, translation, { split });
}

/** @throws unless there is a line for each sentence. */
async function hypothesesOf(file: string, corpus: Corpus): Promise<string[]> {
  await requireFile(file, 'give a text file with one translation a line');
  const lines: string[] = [];
  for await (const { text } of readLines(file)) lines.push(text);
  if (lines.length !== corpus.examples.length) throw new Error(`${file}: ${lines.length} lines, but ${corpus.name} (${corpus.split}) has ${corpus.examples.length} sentences; each line must translate the sentence of the same number`);
  return lines;
}
