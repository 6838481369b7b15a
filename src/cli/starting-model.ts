/**
 * What training starts from: a fresh model of a size, a folder's encoder or classifier, or layers cut from a teacher. Each comes
 * with the tokeniser it reads with and the identity that a run remembers it by.
 */
import { freshBilstm } from '../models/bilstm/bilstm.ts';
import { bilstmConfig, parseBilstmSize } from '../models/bilstm/config.ts';
import { type ClassifierConfig, encoderOf, readClassifierConfig, withDropout } from '../models/classifiers.ts';
import type { EncoderConfig } from '../models/config.ts';
import { freshModel, type Model } from '../models/model.ts';
import { freshConfig, parseSize } from '../models/size.ts';
import { cutStudent } from '../models/student.ts';
import type { LayerRow } from '../report/html.ts';
import { formatCount } from '../report/units.ts';
import { hashFile } from '../storage/hash.ts';
import { modelFingerprint } from '../teacher/labeller.ts';
import type { LabelSpace } from '../text/example.ts';
import { namesOf } from './classifier-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { readWordVectors, vectorsById } from '../text/word-vectors.ts';
import { agreeOnLabels, type ModelFolder, openModelFolder, tokenLimit } from './model-folder.ts';
import { type ImportanceText, narrowedModel, type WidthOptions } from './width-choice.ts';

/** Of any kind of model. */
export interface Starting<M extends { readonly config: unknown }> {
  /** For a run's identity; determines the model `start` makes. */
  readonly origin: Readonly<Record<string, unknown>>;
  readonly start: () => Promise<M>;
  readonly config: M['config'];
  /** Of a text; of a translator's sources, and of its translations. */
  readonly maxTokens: number;
  readonly fresh: boolean;
  readonly notices: readonly string[];
  /** Which layers it took from a teacher. */
  readonly layerMap?: readonly LayerRow[];
}

export interface StartingModel<C extends ClassifierConfig = ClassifierConfig> extends Starting<Model<C>> {
  readonly tokenizer: Tokenizer;
}

interface Wanted {
  readonly seed: number;
  readonly dropout?: number;
}

/** A model of a typed size with random weights. */
export function startFresh(size: string, { labels, tokenizer, maxTokens, seed, dropout = 0.1 }: Wanted & { labels: LabelSpace; tokenizer: Tokenizer; maxTokens: number }): StartingModel {
  const config = freshConfig(parseSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: maxTokens, task: labels.kind, labels: namesOf(labels), dropout });
  return { origin: { size, dropout, seed }, start: () => Promise.resolve(freshModel(config, { seed })), config, tokenizer, maxTokens, fresh: true, notices: [] };
}

interface BilstmWanted extends Wanted {
  readonly labels: LabelSpace;
  readonly tokenizer: Tokenizer;
  readonly maxTokens: number;
  /** Whether it reads two texts. */
  readonly pairs: boolean;
  /** A file of word vectors. */
  readonly vectors?: string;
}

/** A BiLSTM of a typed size with random weights, but for the words whose vectors are in a file. @throws for a file of another width. */
export async function startBilstm(size: string, { labels, tokenizer, maxTokens, seed, dropout = 0.1, pairs, vectors: file }: BilstmWanted): Promise<StartingModel> {
  const config = bilstmConfig(parseBilstmSize(size), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: maxTokens, task: labels.kind, labels: namesOf(labels), pairs, dropout });
  const read = file === undefined ? undefined : await readWordVectors(file);
  if (read !== undefined && read.width !== config.embeddingWidth) throw new Error(`${file}: its vectors are ${read.width} wide, the student's ${config.embeddingWidth}; give --student bilstm:${config.units}x${read.width}`);
  const known = read && vectorsById(read, tokenizer);
  return {
    origin: { student: size, pairs, dropout, seed, ...(file !== undefined && { vectors: await hashFile(file) }) },
    start: () => Promise.resolve(freshBilstm(config, { seed, ...(known && { vectors: known }) })),
    config, tokenizer, maxTokens, fresh: true,
    notices: known === undefined ? [] : [`${file} has vectors for ${formatCount(known.size)} of the vocabulary's ${formatCount(config.vocabulary)} tokens; the others start at random`],
  };
}

/**
 * The model of a folder. One that answers in the same kind, and with as many classes, keeps its head and its order of classes; anything
 * else gets a fresh one. @throws if such a model's classes bear other names.
 */
export async function startFromFolder(folder: string, { labels, seed, dropout, ...limit }: Wanted & { labels: LabelSpace; maxTokens?: number }): Promise<StartingModel> {
  const stored = await readClassifierConfig(folder).catch(() => undefined); // its absence is said better by openModelFolder
  const { kind } = labels;
  const keepsHead = stored?.task === kind && stored.labels.length === namesOf(labels).length;
  const agreed = keepsHead ? agreeOnLabels(labels, { kind, names: stored.labels, model: folder, place: 'the corpus' }) : labels;
  const opened = await openModelFolder(folder, { task: kind, labels: namesOf(agreed), seed });
  const model = withDropout(opened.model, dropout);
  const origin = { model: await modelFingerprint(model), seed };
  return { origin, start: () => Promise.resolve(model), config: model.config, tokenizer: opened.tokenizer, maxTokens: tokenLimit(opened, limit), fresh: false, notices: opened.notices };
}

interface CutWanted extends Wanted {
  readonly layers: readonly number[];
  readonly maxTokens: number;
  /** Where it is narrowed too. */
  readonly narrow?: WidthOptions & Omit<ImportanceText, 'tokenizer' | 'maxTokens'>;
}

/** Layers of the teacher, counted from 0, with its embeddings and its head, all as wide as it is or narrowed. */
export async function startCut({ model: teacher, tokenizer }: ModelFolder, { layers, seed, dropout, maxTokens, narrow }: CutWanted): Promise<StartingModel<EncoderConfig>> {
  const { model: cut, map } = await cutStudent(encoderOf(teacher, '--layers'), { layers, seed });
  const { model: narrowed, rows } = narrow ? await narrowedModel(cut, narrow, { ...narrow, tokenizer, maxTokens }) : { model: cut, rows: [] };
  const model = withDropout(narrowed, dropout);
  const origin = { model: await modelFingerprint(model), layers, seed };
  return { origin, start: () => Promise.resolve(model), config: model.config, tokenizer, maxTokens, fresh: false, notices: [], layerMap: [...map, ...rows] };
}
