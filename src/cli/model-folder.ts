/**
 * A model as a command is given it: the Hugging Face folder with its tokeniser, and whether its classes are those of the corpus.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classifier, encoderOf, loadClassifier } from '../models/classifiers.ts';
import type { LoadOptions } from '../models/load.ts';
import type { Model } from '../models/model.ts';
import { isSeq2SeqFamily } from '../models/seq2seq/families.ts';
import { checkpointBytes } from '../storage/checkpoint.ts';
import { readJson } from '../storage/json.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { type LabelKind, type LabelSpace, labelSpace } from '../text/example.ts';
import type { StoredCorpus } from '../text/stored-corpus.ts';
import { exampleCount } from '../text/tokenised-corpus.ts';
import { loadTokenizer } from '../text/tokenizer-files.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

export interface ModelFolder<M extends Classifier = Classifier> {
  readonly folder: string;
  readonly model: M;
  readonly tokenizer: Tokenizer;
  /** One line each, for the person. */
  readonly notices: readonly string[];
  /** Of the weights on disk. */
  readonly bytes: number;
}

/** @throws naming the folder: no model, weights that do not fit, a tokeniser with more ids than the model has embeddings. */
export async function openModelFolder(folder: string, options: LoadOptions = {}): Promise<ModelFolder> {
  await requireModel(folder);
  const family = await familyIn(folder);
  if (family !== undefined && isSeq2SeqFamily(family)) throw new Error(`${folder}: a translator (${family}), where an encoder or a classifier is wanted; train, label and distill take translators with --translation FROM-INTO`);
  const tokenizer = await loadTokenizer(folder);
  const { model, notices } = await loadClassifier(folder, options);
  const { vocabulary } = model.config;
  if (tokenizer.vocabularySize > vocabulary) throw new Error(`${folder}: the tokenizer has ids up to ${tokenizer.vocabularySize - 1}, the model embeddings for ${vocabulary}; they do not belong together`);
  return { folder, model, tokenizer, notices, bytes: await checkpointBytes(folder) };
}

/** The `model_type` of its config.json; undefined where that names none. */
export async function familyIn(folder: string): Promise<string | undefined> {
  const config = await readJson(join(folder, 'config.json'));
  return typeof config === 'object' && config !== null && 'model_type' in config && typeof config.model_type === 'string' ? config.model_type : undefined;
}

/** The same of what must be an encoder. */
export async function openEncoderFolder(folder: string, options: LoadOptions = {}): Promise<ModelFolder<Model>> {
  const opened = await openModelFolder(folder, options);
  return { ...opened, model: encoderOf(opened.model, folder) };
}

/** A model that answers with classes (or a score). @throws for a bare encoder or a language model. */
export async function openClassifier(folder: string): Promise<ModelFolder> {
  const opened = await openModelFolder(folder);
  if (['none', 'masked-lm'].includes(opened.model.config.task)) throw new Error(`${folder}: this model has no classes to answer with; train them first: retort train CORPUS --from ${folder}`);
  return opened;
}

interface Speaker {
  readonly kind: LabelKind;
  /** Its classes, in its order. */
  readonly names: readonly string[];
  readonly model: string;
  /** Of the corpus, for errors. */
  readonly place: string;
  /** What to do about other names; by default to look into the model's config.json. */
  readonly mend?: string;
}

/** The labels of the corpus in the model's terms: classes in its order, mapped by name. @throws for labels of another kind, and naming those that the model does not know. */
export function agreeOnLabels(corpus: LabelSpace | undefined, { kind, names, model, place, mend = `let the labels of the corpus and id2label in ${join(model, 'config.json')} use the same names` }: Speaker): LabelSpace {
  if (corpus?.kind !== kind) throw new Error(`${place}: its labels are ${corpus?.kind ?? 'absent'}, but ${model} is for ${kind}`);
  const unknown = 'names' in corpus ? corpus.names.filter((name) => !names.includes(name)) : [];
  if (unknown.length === 0) return labelSpace(kind, names);
  throw new Error(`${place} has the label ${unknown.join(', ')}, but ${model} knows only ${names.join(', ')}; ${mend}`);
}

interface Limited {
  readonly folder: string;
  /** Without positions of its own it reads texts of any length. */
  readonly model: { readonly config: { readonly positions?: number | undefined } };
}

/** How many tokens texts are cut to. @throws if the model has not as many positions as were asked for. */
export function tokenLimit({ folder, model: { config: { positions = Infinity } } }: Limited, { maxTokens }: { readonly maxTokens?: number | undefined }): number {
  if (maxTokens !== undefined && maxTokens > positions) throw new Error(`--max-tokens ${maxTokens}: ${folder} has only ${positions} positions`);
  return maxTokens ?? Math.min(usualTokens, positions);
}

/** Where nothing else is said. */
export const usualTokens = 128;

/** The line that says so when texts were cut; undefined when none was. */
export function cutNotice(corpus: Pick<EncodedCorpus, 'exampleIds' | 'truncated' | 'maxTokens'> | StoredCorpus): string | undefined {
  const { truncated, maxTokens } = corpus;
  const examples = exampleCount(corpus);
  return truncated === 0 ? undefined : `${truncated} of ${examples} texts are longer than ${maxTokens} tokens and were cut (${((100 * truncated) / examples).toFixed(1)} % of them; --max-tokens)`;
}

/** @throws where the folder holds no model, naming the folder inside that does. */
export async function requireModel(folder: string): Promise<void> {
  const isModel = (path: string) => stat(join(path, 'config.json')).then(() => true, () => false);
  if (await isModel(folder)) return;
  for (const inner of [join(folder, 'model'), join(folder, 'student')]) if (await isModel(inner)) throw new Error(`${folder}: this is a run; its model is in ${inner}`);
  throw new Error(`${folder}: no config.json in it; a model is a Hugging Face folder with config.json, model.safetensors and tokenizer.json`);
}
