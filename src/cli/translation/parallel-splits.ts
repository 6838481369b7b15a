/**
 * Parallel text as a command is given it: a folder whose splits are two files each, train.en and train.de, or a TSV with both columns;
 * two files by themselves; or one TSV. Which languages they are, `en-de` says: from which, into which.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { openParallel, type ParallelOptions, type ParallelText, streamParallel } from '../../text/parallel.ts';
import type { Corpus } from '../../text/corpus.ts';
import { firstOf, type StreamedCorpus } from '../../text/streamed-corpus.ts';
import { corpusName, isFolder } from '../corpus-options.ts';
import { requireFile } from '../text-files.ts';

export interface Languages {
  readonly from: string;
  readonly into: string;
}

/** `en-de` */
export function languages(text: string): Languages {
  const [, from = '', into = ''] = /^([\p{L}\p{N}_]+)-([\p{L}\p{N}_]+)$/u.exec(text) ?? [];
  if (from === '' || from === into) throw new InvalidArgumentError('Wanted: the endings of two languages, from which and into which, as en-de.');
  return { from, into };
}

export interface ParallelReading {
  readonly emptyLines?: 'refuse' | 'leave-out';
  readonly examples?: number;
}

export interface ParallelSplits {
  readonly train: StreamedCorpus;
  readonly dev: Corpus;
  /** The dev split again where there is no test split. */
  readonly test: Corpus;
}

/** @throws where train or dev is missing, or a file lacks its counterpart. */
export async function openParallelSplits(folder: string, pair: Languages, { examples = Infinity, ...reading }: ParallelReading): Promise<ParallelSplits> {
  if (!(await isFolder(folder))) throw new Error(`${folder}: there is no such folder; parallel text is a folder with train.${pair.from} and train.${pair.into}, dev and perhaps test likewise (or train.tsv with both columns)`);
  const facts = (split: string): ParallelOptions => ({ name: corpusName(folder, {}), split });
  const open = async (split: string) => openParallel(await requireSplit(folder, split, pair, reading), facts(split));
  const train = await firstOf(await streamParallel(await requireSplit(folder, 'train', pair, reading), facts('train')), examples);
  const dev = await open('dev');
  const test = (await findSplit(folder, 'test', pair, reading)) === undefined ? dev : await open('test');
  return { train, dev, test };
}

/** What a translator is scored on: the test split of a folder (dev where there is none), or the split that is asked for; or a TSV by itself. */
export async function openScoredPairs(path: string, pair: Languages, { split, ...reading }: ParallelReading & { readonly split?: string | undefined }): Promise<Corpus> {
  if (!(await isFolder(path))) {
    await requireFile(path, `give a folder with test.${pair.from} and test.${pair.into}, or a TSV with the columns ${pair.from} and ${pair.into}`);
    return openParallel({ table: path, sourceColumn: pair.from, targetColumn: pair.into });
  }
  const wanted = split ?? ((await findSplit(path, 'test', pair, reading)) === undefined ? 'dev' : 'test');
  return openParallel(await requireSplit(path, wanted, pair, reading), { name: corpusName(path, {}), split: wanted });
}

async function requireSplit(folder: string, split: string, pair: Languages, reading: ParallelReading): Promise<ParallelText> {
  const found = await findSplit(folder, split, pair, reading);
  if (found === undefined) throw new Error(`${folder}: the ${split} split is missing; put ${split}.${pair.from} and ${split}.${pair.into} there, or ${split}.tsv with the columns ${pair.from} and ${pair.into}`);
  return found;
}

async function findSplit(folder: string, split: string, { from, into }: Languages, { emptyLines = 'refuse' }: ParallelReading): Promise<ParallelText | undefined> {
  const [source, target] = [await present(join(folder, `${split}.${from}`)), await present(join(folder, `${split}.${into}`))];
  if (source !== undefined && target !== undefined) return { source, target, emptyLines };
  const alone = source ?? target;
  if (alone !== undefined) throw new Error(`${alone}: its counterpart ${split}.${source === undefined ? from : into} is not there`);
  const table = await present(join(folder, `${split}.tsv`));
  return table === undefined ? undefined : { table, sourceColumn: from, targetColumn: into };
}

/** The file, or the same compressed. */
async function present(path: string): Promise<string | undefined> {
  for (const file of [path, `${path}.gz`]) if (await stat(file).then((found) => found.isFile(), () => false)) return file;
  return undefined;
}
