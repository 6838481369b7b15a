/**
 * How teachers speak in a run: from their label stores, which are made where they are missing, or live; several as their mean. And
 * what they say about the test split, for the table at the end.
 */
import { dirname, join } from 'node:path';
import { modelLatency } from '../evaluate/model-latency.ts';
import { scoreCalled, type ScoreName, scoresOf } from '../evaluate/score.ts';
import { foldersIn } from '../storage/folders.ts';
import { isThere } from '../storage/is-there.ts';
import { fromLabel } from '../teacher/answer-values.ts';
import { ensembleTeacher } from '../teacher/ensemble.ts';
import { labelFromAnswers } from '../teacher/label-answers.ts';
import { classLogits, labelCorpus, labelSource } from '../teacher/label-corpus.ts';
import { openLabels, readHeader, type StoredLabels } from '../teacher/label-store.ts';
import { recordedTeacher } from '../teacher/recorded.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { ExampleLabel, LabelKind } from '../text/example.ts';
import type { StoredCorpus } from '../text/stored-corpus.ts';
import { streamOf } from '../text/streamed-corpus.ts';
import type { Wants } from '../models/output.ts';
import type { JudgedClassifier } from './classifier.ts';
import type { EncodedSplit } from './classifier-corpus.ts';
import type { Console } from './console.ts';
import { examplesOf, fingerprintOf, idsOf, learningText, type LearningText, tokeniseText } from './learning-text.ts';
import { usualTokens } from './model-folder.ts';
import type { AnswerVoice, ReadingVoice, Voice } from './voice.ts';

export interface VoiceOptions {
  /** A store, or the folder of stores. */
  readonly labels: string;
  /** Folder of token caches. */
  readonly cache: string;
  /** What texts are cut to; by default what each teacher takes, at most 128. */
  readonly maxTokens?: number;
  /** Whether examples without an answer count as if the system had abstained. */
  readonly allowMissing?: boolean;
}

export interface LabellingOptions extends VoiceOptions {
  /** Hidden states to keep beside the logits. */
  readonly wants?: Wants;
  readonly shardRows?: number;
  readonly console: Console;
  readonly signal: AbortSignal;
  /** Hears how many texts were cut. */
  readonly onCut?: (text: StoredCorpus) => void;
  /** Called when a teacher is asked: not everything was stored before. */
  readonly onAsked?: () => void;
}

/** What a teacher says of a text, from its store; what is not stored yet is asked. @throws if a store is of something else, with both sides. */
export async function labelsOf(voice: Voice, text: LearningText, options: LabellingOptions): Promise<StoredLabels> {
  switch (voice.kind) {
    case 'store':
      return openLabels(voice.place, { corpus: fingerprintOf(text) });
    case 'answers':
      return labelFromAnswers(voice.answers, { exampleIds: () => idsOf(text), corpus: fingerprintOf(text) }, { root: options.labels, allowMissing: options.allowMissing ?? false, ...(options.shardRows && { shardRows: options.shardRows }) });
    case 'model':
    case 'onnx':
      return askReader(voice, text, options);
  }
}

async function askReader(voice: ReadingVoice, text: LearningText, { labels: root, cache, console, signal, onCut, onAsked, wants, shardRows, ...options }: LabellingOptions): Promise<StoredLabels> {
  const tokenised = await tokeniseText(text, voice.tokenizer, { maxTokens: readingLimit(voice, options), cache, signal }, console);
  onCut?.(tokenised);
  if (await isStore(root)) return openLabels(root, await labelSource(voice.labeller, tokenised));
  const reach = console.count('labels', 'examples', tokenised.size);
  const onProgress = (done: number) => {
    onAsked?.();
    reach(done);
  };
  return labelCorpus(voice.labeller, tokenised, { root, onProgress, signal, ...(wants && { wants }), ...(shardRows && { shardRows }) });
}

/** How many tokens a teacher's texts are cut to. @throws if it has not as many positions as were asked for. */
export function readingLimit({ place, positions }: Pick<ReadingVoice, 'place' | 'positions'>, { maxTokens }: { maxTokens?: number }): number {
  if (maxTokens !== undefined && maxTokens > positions) throw new Error(`--max-tokens ${maxTokens}: ${place} has only ${positions} positions`);
  return maxTokens ?? Math.min(usualTokens, positions);
}

/** One teacher of recorded ones, whose logits are in the order of `names`; an example's own label speaks where one of them is silent. */
export async function recordedVoices(stores: readonly StoredLabels[], { names, text, mean }: { names: readonly string[]; text: LearningText; mean: 'arithmetic' | 'geometric' }): Promise<Teacher> {
  const otherwise = stores.some(({ header }) => header.silent > 0) ? { name: "the corpus's own labels", logitsOf: await ownLabels(text, stores, names) } : undefined;
  const members = stores.map((labels) => recordedTeacher(labels, { classes: names, ...(otherwise && { otherwise }) }));
  const [only] = members;
  return only !== undefined && members.length === 1 ? only : ensembleTeacher(members, { task: taskOf(stores), mean });
}

/** Of teachers that speak together, which all answer in the same kind. */
function taskOf(stores: readonly StoredLabels[]): LabelKind {
  return stores[0]?.header.source.task ?? 'single-label';
}

/** The logits of an example's own label, as a bare answer would have them. In memory are those alone that some store is silent about. */
async function ownLabels(text: LearningText, stores: readonly StoredLabels[], names: readonly string[]): Promise<(id: string) => readonly number[] | undefined> {
  const labels = new Map<string, ExampleLabel>();
  for await (const { id, label } of examplesOf(text)) if (label !== undefined && stores.some(({ rows }) => !rows.has(id))) labels.set(id, label);
  const space = { task: taskOf(stores), labels: names, ordered: true };
  return (id) => (labels.has(id) ? fromLabel(labels.get(id), space) : undefined);
}

/** Whether every answer is as sure as a bare label: softening them adds noise and no knowledge. */
export function areBareLabels({ logits, header: { source } }: StoredLabels): boolean {
  const classes = source.labels.length;
  const sure = Math.log(1e6) - 1e-3;
  if (source.task === 'multi-label') return logits.every((logit) => Math.abs(logit) >= sure);
  if (source.task === 'regression' || classes < 2) return false;
  for (let row = 0; row < logits.length; row += classes) {
    const [first = 0, second = 0] = [...logits.subarray(row, row + classes)].sort((a, b) => b - a);
    if (first - second < sure) return false;
  }
  return true;
}

/** The teachers as a row of the comparison; undefined where one of them has not spoken of the test split. */
export async function judgeVoices(voices: readonly [Voice, ...Voice[]], { encoded, corpus }: EncodedSplit, options: LabellingOptions & { names: readonly string[]; mean: 'arithmetic' | 'geometric'; metric: ScoreName }): Promise<JudgedClassifier | undefined> {
  const { labels, exampleIds } = encoded;
  if (labels === undefined) throw new Error('the test split has no labels');
  const text = learningText(streamOf(corpus));
  const stores: StoredLabels[] = [];
  for (const voice of voices) {
    const store = await testLabels(voice, text, options);
    if (store === undefined) return undefined;
    stores.push(store);
  }
  const teacher = await recordedVoices(stores, { ...options, text });
  const { names, metric } = options;
  const logits = await classLogits({ ...teacher, fingerprint: teacher.name, task: labels.kind, labels: names, padId: 0, states: null }, encoded);
  const scores = scoresOf(logits, labels, exampleIds);
  const [first] = voices;
  const model = voices.length === 1 && first.kind === 'model' ? first.model : undefined;
  const bytes = voices.reduce<number | undefined>((sum, voice) => ('bytes' in voice && sum !== undefined ? sum + voice.bytes : undefined), 0);
  return {
    name: 'teacher', model: placesOf(voices), scores, metric, score: scoreCalled(metric, scores), trainMs: 0, reused: true, logits,
    ...(bytes !== undefined && { bytes }),
    ...(model && { parameters: model.model.parameters.count, latencyMs: (await modelLatency(model.model, encoded)).p50Ms }),
  };
}

/** What a teacher says of the test split: asked, or found among its answers or beside its store. */
async function testLabels(voice: Voice, text: LearningText, options: LabellingOptions): Promise<StoredLabels | undefined> {
  // A store holds one corpus: what is said of the test split is kept in another beside it.
  const root = (await isStore(options.labels)) ? dirname(options.labels) : options.labels;
  switch (voice.kind) {
    case 'store':
      return storeBeside(voice.place, voice.header.source.teacher, fingerprintOf(text));
    case 'answers':
      return (await speaksOfAll(voice, text)) ? labelsOf(voice, text, { ...options, labels: root }) : undefined;
    case 'model':
    case 'onnx':
      return labelsOf(voice, text, { ...options, labels: root });
  }
}

async function storeBeside(place: string, teacher: string, corpus: string): Promise<StoredLabels | undefined> {
  for (const folder of await foldersIn(dirname(place))) {
    const header = await readHeader(folder).catch(() => undefined); // what is no store is not looked for here
    if (header?.source.teacher === teacher && header.source.corpus === corpus && header.silent === 0) return openLabels(folder);
  }
  return undefined;
}

async function speaksOfAll({ answers }: AnswerVoice, text: LearningText): Promise<boolean> {
  for await (const id of idsOf(text)) if (answers.byId.get(id) === undefined) return false;
  return true;
}

/** The teachers' places, for titles and stories. */
export function placesOf(voices: readonly Voice[]): string {
  return voices.map(({ place }) => place).join(' and ');
}

export function isStore(folder: string): Promise<boolean> {
  return isThere(join(folder, 'header.json'));
}
