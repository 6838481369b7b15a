/**
 * The splits of a classification corpus, opened and encoded: train, dev, test, and unlabelled transfer text where there is some.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { permutation, randomKey } from '../engine/random.ts';
import { concatenate, encodeCorpus, type EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Corpus } from '../text/corpus.ts';
import { type LabelSpace } from '../text/example.ts';
import { devSplits, glueTask, openGlue } from '../text/glue.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
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

export interface ClassifierCorpus {
  readonly train: EncodedSplit;
  readonly dev: EncodedSplit;
  readonly test: EncodedSplit;
  /** Training rows and transfer text together, the latter unlabelled; the training rows alone where there is no transfer text. */
  readonly everything: EncodedCorpus;
  readonly labels: LabelSpace;
  /** Class names. */
  readonly names: readonly string[];
}

/** A folder with train.tsv, dev.tsv, perhaps test.tsv (columns sentence, label, perhaps id) and perhaps transfer.tsv (unlabelled). */
export async function openTsvSplits(folder: string, columns: TsvColumns = {}): Promise<Splits> {
  const file = (split: string) => join(folder, `${split}.tsv`);
  const train = await openLabelled(file('train'), columns);
  const { labels } = train;
  if (labels === undefined) throw new Error(`${folder}/train.tsv has no labels`);
  const dev = await openLabelled(file('dev'), columns, labels);
  return {
    train,
    dev,
    test: (await isPresent(file('test'))) ? await openLabelled(file('test'), columns, labels) : dev,
    ...((await isPresent(file('transfer'))) && { transfer: await openTexts(file('transfer'), columns) }),
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
export async function encodeSplits({ train, dev, test, transfer, labels }: Splits, tokenizer: Tokenizer, { maxTokens }: { maxTokens: number }): Promise<ClassifierCorpus> {
  const encode = async (corpus: Corpus): Promise<EncodedSplit> => ({ corpus, encoded: await encodeCorpus(corpus, tokenizer, { maxTokens, labels }) });
  const encodedTrain = await encode(train);
  const encodedDev = await encode(dev);
  return {
    train: encodedTrain,
    dev: encodedDev,
    test: test === dev ? encodedDev : await encode(test),
    everything: transfer === undefined ? encodedTrain.encoded : concatenate(encodedTrain.encoded, (await encode(transfer)).encoded),
    labels,
    names: 'names' in labels ? labels.names : ['score'],
  };
}

/** The first `count` examples of a corpus, or all of them. */
export function firstExamples(corpus: Corpus, count: number | undefined): Corpus {
  if (count === undefined || count >= corpus.examples.length) return corpus;
  return { ...corpus, examples: corpus.examples.slice(0, count), fingerprint: `${corpus.fingerprint}:first-${count}` };
}

/** Disjoint parts of a corpus, of so many examples each, drawn in an order that follows the seed. @throws if it has not as many. */
export function drawExamples<const Counts extends readonly number[]>(corpus: Corpus, counts: Counts, { seed }: { seed: number }): { [Part in keyof Counts]: Corpus } {
  const wanted = counts.reduce((sum, count) => sum + count, 0);
  if (wanted > corpus.examples.length) throw new Error(`${corpus.name} has ${corpus.examples.length} examples; ${wanted} are asked for`);
  const order = permutation(corpus.examples.length, randomKey(seed, 'draw'));
  let from = 0;
  return counts.map((count) => {
    const places = order.subarray(from, (from += count));
    const examples = Array.from(places, (place) => corpus.examples[place]).filter((example) => example !== undefined);
    return { ...corpus, examples, fingerprint: `${corpus.fingerprint}:seed-${seed}-from-${from - count}-${count}` };
  }) as { [Part in keyof Counts]: Corpus };
}

/** The same texts as if nobody had labelled them. */
export function withoutLabels({ examples, ...corpus }: Corpus): Corpus {
  return { ...corpus, examples: examples.map(({ label: _label, ...example }) => example), fingerprint: `${corpus.fingerprint}:unlabelled` };
}

async function isPresent(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
