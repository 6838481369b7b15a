/**
 * A model's folder scored on labelled corpora: the scores of its task, calibration, operations and latency, and its logits for whoever
 * compares it with another.
 */
import { type Calibration, calibration } from '../evaluate/calibration.ts';
import { meanFlops } from '../evaluate/flops.ts';
import type { Latency } from '../evaluate/latency.ts';
import { modelLatency } from '../evaluate/model-latency.ts';
import { scoresOf } from '../evaluate/score.ts';
import { probabilitiesOf } from '../evaluate/softmax.ts';
import { readClassifierConfig } from '../models/classifiers.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import { classTask } from '../teacher/labeller.ts';
import type { Corpus } from '../text/corpus.ts';
import { encodeCorpus } from '../text/encoded-corpus.ts';
import { lengthsOf } from '../text/flat-rows.ts';
import type { EncodedLabels } from '../text/encoded-labels.ts';
import type { LabelSpace } from '../text/example.ts';
import type { CorpusOptions } from './corpus-options.ts';
import type { Door } from './door.ts';
import { agreeOnLabels, cutNotice, type ModelFolder, openClassifier, tokenLimit } from './model-folder.ts';
import type { ScoredModel } from './score-table.ts';

export interface FolderScores extends ScoredModel {
  readonly folder: string;
  readonly names: readonly string[];
  readonly split: string;
  readonly examples: number;
  readonly calibration?: Calibration;
  readonly latency: Latency;
  /** [N, C] in corpus order. */
  readonly logits: Float32Array;
  readonly labels: EncodedLabels;
}

interface HowScored {
  /** What the model is called in the table. */
  readonly name: string;
  /** Of the corpus, for errors. */
  readonly path: string;
  readonly options: CorpusOptions;
}

/** What the labels of a TSV are read as for this model; absent: one class name each, found in the file. */
export async function labelSpaceOf(folder: string): Promise<LabelSpace | undefined> {
  const { task, labels: names } = await readClassifierConfig(folder);
  if (task === 'regression') return { kind: task };
  return task === 'multi-label' ? { kind: task, names } : undefined;
}

/** Scores on each corpus. Each model reads with its own tokeniser and orders classes its own way. */
export async function scoreFolder(door: Door, { folder, corpora, ...how }: HowScored & { folder: string; corpora: readonly Corpus[] }): Promise<FolderScores[]> {
  const opened = await openClassifier(folder);
  const scored: FolderScores[] = [];
  for (const corpus of corpora) scored.push(await scoreCorpus(door, opened, corpus, how));
  opened.model.dispose();
  return scored;
}

async function scoreCorpus(door: Door, opened: ModelFolder, corpus: Corpus, { name, path, options }: HowScored): Promise<FolderScores> {
  const console = door.console();
  const { folder, model, bytes } = opened;
  const { labels: names, task } = model.config;
  const encoded = await encodeCorpus(corpus, opened.tokenizer, { maxTokens: tokenLimit(opened, options), labels: agreeOnLabels(corpus.labels, { kind: classTask(task), names, model: folder, place: path }) });
  const cut = cutNotice(encoded);
  if (cut !== undefined) console.note(`${folder}: ${cut}`);
  const { labels, exampleIds } = encoded;
  if (labels === undefined) throw new Error(`${path}: its examples have no labels`);
  const examples = exampleIds.length;
  const logits = await classLogits(model, encoded, { onProgress: console.count(name, 'examples', examples), signal: door.signal });
  const scores = scoresOf(logits, labels, exampleIds);
  const latency = await modelLatency(model, encoded);
  return {
    name, folder, names, split: corpus.split, examples, parameters: model.parameters.count, bytes, scores,
    ...(labels.kind === 'single-label' && { calibration: calibration({ probabilities: probabilitiesOf(logits, names.length), labels: labels.indices, classes: names.length }) }),
    flops: meanFlops(model.config, lengthsOf(encoded)),
    latencyMs: latency.p50Ms, latency, logits, labels,
  };
}
