/**
 * The splits of a classification corpus, opened and encoded: train, dev, test, and unlabelled transfer text where there is some.
 * In memory for recipes and whoever wants the texts at hand; streamed-splits.ts leaves on disk what is learned from.
 */
import { permutation, randomKey } from '../engine/random.ts';
import { concatenate, encodeCorpus, type EncodedCorpus } from '../text/encoded-corpus.ts';
import { makeCorpus, type Corpus } from '../text/corpus.ts';
import type { LabelSpace } from '../text/example.ts';
import { devSplits, glueTask, openGlue } from '../text/glue.ts';
import { streamOf } from '../text/streamed-corpus.ts';
import { tokenise } from '../text/token-cache.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { findSplit, splitFile } from './split-files.ts';
import { openLabelled, openTexts, type TsvColumns } from './text-files.ts';

export interface Splits {
  readonly train: Corpus;
  readonly dev: Corpus;
  /** The dev split again where there is no labelled test split. */
  readonly test: Corpus;
  readonly transfer?: Corpus;
  readonly labels: LabelSpace;
}

export interface EncodedSplit {
  readonly corpus: Corpus;
  readonly encoded: EncodedCorpus;
}

/** What lessons are given from: what is learned from may lie on disk, what is scored is in memory. */
export interface LessonCorpus {
  readonly train: { readonly corpus: Pick<Corpus, 'name' | 'split' | 'fingerprint'>; readonly encoded: TokenisedCorpus };
  readonly dev: EncodedSplit;
  readonly test: EncodedSplit;
  /** Training rows and transfer text together, the latter unlabelled; the training rows alone where there is no transfer text. */
  readonly everything: TokenisedCorpus;
  readonly labels: LabelSpace;
  /** Class names. */
  readonly names: readonly string[];
}

/** A lesson corpus that is all in memory. */
export interface ClassifierCorpus extends LessonCorpus {
  readonly train: EncodedSplit;
  readonly everything: EncodedCorpus;
}

export interface EncodeSplitsOptions {
  readonly maxTokens: number;
  /** Folder of token caches, to tokenise once: the next run with the same corpus, tokenizer and limit reads what is stored there. */
  readonly cache?: string;
}

/**
 * A folder with train, dev, perhaps test (columns sentence or text, label, perhaps id) and perhaps transfer (unlabelled), each a .tsv,
 * .csv or .jsonl file; transfer may be a .txt too.
 */
export async function openTsvSplits(folder: string, columns: TsvColumns = {}): Promise<Splits> {
  const train = await openLabelled(await splitFile(folder, 'train'), columns);
  const { labels } = train;
  if (labels === undefined) throw new Error(`${folder}: its training split has no labels`);
  classesNotScores(labels, folder, columns);
  const dev = await openLabelled(await splitFile(folder, 'dev'), columns, labels);
  const [test, transfer] = [await findSplit(folder, 'test'), await findSplit(folder, 'transfer')];
  return {
    train,
    dev,
    test: test === undefined ? dev : await openLabelled(test, columns, labels),
    ...(transfer !== undefined && { transfer: await openTexts(transfer, columns) }),
    labels,
  };
}

/** A GLUE task as distributed; its public test split has no labels, so the (first) dev split is the test split too. */
export async function openGlueSplits(folder: string, taskName: string): Promise<Splits> {
  const task = glueTask(taskName);
  const train = await openGlue(folder, task, 'train');
  const dev = await openGlue(folder, task, devSplits(task)[0] ?? 'dev');
  return { train, dev, test: dev, labels: task.labels };
}

/** Encodes every split with one tokenizer. */
export async function encodeSplits({ train, dev, test, transfer, labels }: Splits, tokenizer: Tokenizer, { maxTokens, cache }: EncodeSplitsOptions): Promise<ClassifierCorpus> {
  const encode = async (corpus: Corpus): Promise<EncodedSplit> => {
    const encoded = cache === undefined ? encodeCorpus(corpus, tokenizer, { maxTokens, labels }) : (await tokenise(streamOf(corpus), tokenizer, { maxTokens, labels, cache })).load();
    return { corpus, encoded: await encoded };
  };
  const encodedTrain = await encode(train);
  const encodedDev = await encode(dev);
  return {
    train: encodedTrain,
    dev: encodedDev,
    test: test === dev ? encodedDev : await encode(test),
    everything: transfer === undefined ? encodedTrain.encoded : concatenate(encodedTrain.encoded, (await encode(transfer)).encoded),
    labels,
    names: namesOf(labels),
  };
}

/** @throws where labels that nobody said are classes look like scores. */
export function classesNotScores(labels: LabelSpace, place: string, { labelKind }: TsvColumns): void {
  if (labelKind !== undefined || labels.kind !== 'single-label') return;
  const numbers = labels.names.every((name) => Number.isFinite(Number(name)));
  const fraction = labels.names.find((name) => !Number.isInteger(Number(name)));
  if (numbers && fraction !== undefined) throw new Error(`${place}: its labels are numbers such as ${fraction}; say whether they are scores (--label-kind regression) or names of classes (--label-kind single-label)`);
}

/** What a model of these labels answers with. */
export function namesOf(labels: LabelSpace): readonly string[] {
  return 'names' in labels ? labels.names : ['score'];
}

/** The first `count` examples of a corpus, or all of them. */
export function firstExamples(corpus: Corpus, count: number | undefined): Corpus {
  return count === undefined || count >= corpus.examples.length ? corpus : makeCorpus(corpus.examples.slice(0, count), corpus);
}

/** Disjoint parts of a corpus, of so many examples each, drawn in an order that follows the seed. @throws if it has not as many. */
export function drawExamples<const Counts extends readonly number[]>(corpus: Corpus, counts: Counts, { seed }: { seed: number }): { [Part in keyof Counts]: Corpus } {
  const wanted = counts.reduce((sum, count) => sum + count, 0);
  if (wanted > corpus.examples.length) throw new Error(`${corpus.name} has ${corpus.examples.length} examples; ${wanted} are asked for`);
  const order = permutation(corpus.examples.length, randomKey(seed, 'draw'));
  let from = 0;
  return counts.map((count) => {
    const places = order.subarray(from, (from += count));
    return makeCorpus(Array.from(places, (place) => corpus.examples[place]).filter((example) => example !== undefined), corpus);
  }) as { [Part in keyof Counts]: Corpus };
}

/** The same texts as if nobody had labelled them. */
export function withoutLabels({ examples, ...corpus }: Corpus): Corpus {
  return makeCorpus(examples.map(({ label: _label, ...example }) => example), corpus);
}
