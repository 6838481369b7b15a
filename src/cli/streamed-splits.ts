/**
 * A corpus larger than memory: what is learned from stays on disk, as text and then as token shards; what is scored is read into memory.
 * Commands work this way whatever the size; recipes that want the texts at hand use classifier-corpus.ts.
 */
import type { Corpus } from '../text/corpus.ts';
import type { LabelSpace } from '../text/example.ts';
import { devSplits, glueTask, openGlue, streamGlue } from '../text/glue.ts';
import { overlapWarning, splitOverlaps } from '../text/split-overlap.ts';
import { streamOf, type StreamedCorpus } from '../text/streamed-corpus.ts';
import { tokenise, type TokeniseOptions } from '../text/token-cache.ts';
import { classCounts, heldIfSmall } from '../text/tokenised-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { balanceWarnings } from './class-weights.ts';
import { classesNotScores, type EncodedSplit, type LessonCorpus, namesOf } from './classifier-corpus.ts';
import type { Console } from './console.ts';
import { findSplit, splitFile } from './split-files.ts';
import { hasColumn, openLabelled, refuseUnfitting, streamLabelled, streamTexts, type TsvColumns } from './text-files.ts';

export interface StreamedSplits {
  readonly train: StreamedCorpus;
  readonly dev: Corpus;
  /** The dev split again where there is no labelled test split. */
  readonly test: Corpus;
  readonly transfer?: StreamedCorpus;
  readonly labels: LabelSpace;
}

/**
 * `openTsvSplits`, with training and transfer text left on disk.
 * @param taught whether somebody else says what is learned: training text then needs no column of labels.
 */
export async function streamFolderSplits(folder: string, columns: TsvColumns = {}, { taught = false }: { readonly taught?: boolean } = {}): Promise<StreamedSplits> {
  const file = await splitFile(folder, 'train');
  refuseUnfitting(file, columns);
  const bare = taught && columns.label === undefined && !(await hasColumn(file, 'label', columns));
  const train = bare ? await streamTexts(file, columns) : await streamLabelled(file, columns);
  const dev = await openLabelled(await splitFile(folder, 'dev'), columns, train.labels);
  const labels = train.labels ?? dev.labels;
  if (labels === undefined) throw new Error(`${folder}: neither its training split nor its dev split has labels`);
  classesNotScores(labels, folder, columns);
  const [test, transfer] = [await findSplit(folder, 'test'), await findSplit(folder, 'transfer')];
  return {
    train,
    dev,
    test: test === undefined ? dev : await openLabelled(test, columns, labels),
    ...(transfer !== undefined && { transfer: await streamTexts(transfer, columns) }),
    labels,
  };
}

/** `openGlueSplits`, with the training text left on disk. */
export async function streamGlueSplits(folder: string, taskName: string): Promise<StreamedSplits> {
  const task = glueTask(taskName);
  const train = await streamGlue(folder, task, 'train');
  const dev = await openGlue(folder, task, devSplits(task)[0] ?? 'dev');
  return { train, dev, test: dev, labels: task.labels };
}

export type TokeniseSplitsOptions = Pick<TokeniseOptions, 'maxTokens' | 'cache' | 'signal'>;

/** Tokenises every split into the cache, or finds it there. What was damaged is told on the console. */
export async function tokeniseSplits({ train, dev, test, transfer, labels }: StreamedSplits, tokenizer: Tokenizer, options: TokeniseSplitsOptions, console: Console): Promise<LessonCorpus> {
  const store = (corpus: StreamedCorpus) => tokenise(corpus, tokenizer, { ...options, labels, ...tokenProgress(corpus, console) });
  const load = async (corpus: Corpus): Promise<EncodedSplit> => ({ corpus, encoded: await (await store(streamOf(corpus))).load() });
  const storedTrain = await store(train);
  const encodedDev = await load(dev);
  const encodedTrain = transfer === undefined ? await heldIfSmall(storedTrain) : storedTrain;
  return {
    train: { corpus: train, encoded: encodedTrain },
    dev: encodedDev,
    test: test === dev ? encodedDev : await load(test),
    everything: transfer === undefined ? encodedTrain : await heldIfSmall(await storedTrain.join(await store(transfer))),
    labels,
    names: namesOf(labels),
  };
}

/** How tokenising one corpus is told: a count while it runs, and what was found damaged. */
export function tokenProgress({ split, size }: Pick<StreamedCorpus, 'split' | 'size'>, console: Console): Pick<TokeniseOptions, 'onProgress' | 'onNotice'> {
  let count: ((done: number) => void) | undefined;
  return { onNotice: (sentence) => console.note(sentence), onProgress: (done) => (count ??= console.count(`tokens of ${split}`, 'examples', size))(done) };
}

/** What a person would want to know of a corpus before training on it, a sentence each. */
export async function corpusWarnings({ train, dev, test, transfer, labels: { kind } }: StreamedSplits, data: LessonCorpus, { isWeighed }: { isWeighed: boolean }): Promise<string[]> {
  const scored = test === dev ? [dev] : [dev, test];
  const overlaps = [...(await splitOverlaps(train, scored)), ...(transfer === undefined ? [] : await splitOverlaps(transfer, scored))];
  const counts = await classCounts(data.train.encoded);
  return [...overlaps.map(overlapWarning), ...(counts === undefined || kind === 'regression' || train.labels === undefined ? [] : balanceWarnings(counts, { kind, split: train.split, isWeighed }))];
}
