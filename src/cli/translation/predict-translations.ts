/**
 * `retort predict` of a translator: the lines of a file translated to as many lines, an empty one for an empty one; or as JSON lines with
 * scores, one best translation or several.
 */
import type { Command } from 'commander';
import { extname } from 'node:path';
import { formatCount } from '../../report/units.ts';
import { writeFileAtomically } from '../../storage/atomic.ts';
import { translateSources } from '../../teacher/translate-sources.ts';
import type { Translation } from '../../teacher/translator.ts';
import { factsFromPath } from '../../text/corpus.ts';
import { readLines } from '../../text/lines.ts';
import { formatOf } from '../../text/text-file.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { openTexts, refuseUnfitting, requireFile, type TsvColumns } from '../text-files.ts';
import { columnOptions, refuseOtherOptions } from '../unused-options.ts';
import { readSources, type SourceLine } from './read-sources.ts';
import { type SearchOptions, searchOptions } from './search-options.ts';
import { openTranslatorFolder, translatorOf } from './translator-folder.ts';

export interface PredictTranslationsOptions extends TsvColumns, SearchOptions, EngineOption {
  readonly out?: string;
  readonly maxTokens?: number;
}

const allowed = [...columnOptions.filter((name) => !['pair', 'label'].includes(name)), ...searchOptions, 'out', 'maxTokens', 'engine', 'device', 'precision', 'threads'];

export async function predictTranslations(command: Command, door: Door, { folder, file, options }: { readonly folder: string; readonly file: string; readonly options: PredictTranslationsOptions }): Promise<void> {
  refuseOtherOptions(command, allowed, `${folder} is a translator; leave that away`);
  refuseUnfitting(file, options);
  const console = door.console();
  const asJson = options.out === undefined ? (options.nBest ?? 1) > 1 : ['.jsonl', '.ndjson'].includes(extname(options.out).toLowerCase());
  if (!asJson && (options.nBest ?? 1) > 1) command.error(`error: --n-best ${options.nBest}: a line holds one translation; write JSON lines: --out FILE.jsonl`);
  const lines = await linesOf(file, options);
  const said = lines.filter(({ text }) => text.trim() !== '');
  if (said.length === 0) throw new Error(`${file}: every line is empty: there is nothing to translate`);
  await startEngine(console, options);
  const opened = await openTranslatorFolder(folder);
  for (const notice of opened.notices) console.note(notice);
  const translator = await translatorOf(opened, options);
  const sources = await readSources(translator, said, { folder, maxTokens: options.maxTokens, console });
  const count = console.count('translations', 'lines', said.length);
  const found = await translateSources(translator, sources, { ids: said.map(({ id }) => id), batchTokens: options.batchTokens, signal: door.signal, hear: (_rows, _tokens, done) => count(done) });
  opened.model.dispose();
  if (said.length < lines.length) console.note(`${formatCount(lines.length - said.length)} empty ${lines.length - said.length === 1 ? 'line stays' : 'lines stay'} empty`);
  const unfinished = found.filter(([best]) => best?.finished === false).length;
  if (unfinished > 0) console.note(`${formatCount(unfinished)} ${unfinished === 1 ? 'translation was' : 'translations were'} cut off at the longest that is allowed (--max-new-tokens)`);
  const byLine = new Map(said.map((line, row) => [line, found[row] ?? []]));
  const answers = lines.map((line) => ({ id: line.id, translations: (byLine.get(line) ?? []).map(shown) }));
  const text = answers.map((answer) => (asJson ? JSON.stringify(answer) : oneLine(answer.translations[0]?.text ?? '')));
  if (options.out === undefined) {
    for (const line of text) console.say(line);
    console.answer(answers);
    return;
  }
  await writeFileAtomically(options.out, text.map((line) => Buffer.from(`${line}\n`)));
  console.say(`${formatCount(said.length)} translations in ${options.out}`);
  console.answer({ out: options.out, lines: lines.length, translated: said.length });
}

/** Of plain text every line, empty ones too, for line n of what is written translates line n; of a table its texts. */
async function linesOf(file: string, options: TsvColumns): Promise<SourceLine[]> {
  await requireFile(file, 'give a text file with one source a line, or a TSV, CSV or JSONL file');
  if (formatOf(file) !== 'lines') return (await openTexts(file, options)).examples.map(({ id, text }) => ({ id, text, place: `${file}: example ${id}` }));
  const { split } = factsFromPath(file);
  const lines: SourceLine[] = [];
  for await (const { number, text } of readLines(file)) lines.push({ id: `${split}-${number}`, text, place: `${file}:${number}` });
  return lines;
}

const shown = ({ text, score, logProb, finished }: Translation) => ({ text, score, logProb, finished });

/** A line end within a translation would shift every line after it. */
const oneLine = (text: string): string => text.replaceAll(/\r?\n|\r/g, ' ');
