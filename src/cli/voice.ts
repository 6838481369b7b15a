/**
 * A teacher as a command is given it: a classifier's folder (ours, PyTorch's or ONNX), a label store, or a file of another system's
 * answers. What it is shows from what lies there.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { classFacts } from '../models/class-facts.ts';
import { isOwnFamily } from '../models/classifiers.ts';
import { checkpointBytes } from '../storage/checkpoint.ts';
import { isThere } from '../storage/is-there.ts';
import { readJson } from '../storage/json.ts';
import { findOnnx } from '../storage/onnx-folder.ts';
import { type Answers, readAnswers } from '../teacher/answers.ts';
import type { AnswerSpace } from '../teacher/answer-values.ts';
import { type LabelHeader, type LabelSource } from '../teacher/label-header.ts';
import { readHeader } from '../teacher/label-store.ts';
import { type Labeller, modelLabeller } from '../teacher/labeller.ts';
import { openOnnxTeacher } from '../teacher/onnx.ts';
import type { LabelKind, LabelSpace } from '../text/example.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { agreeOnLabels, familyIn, type ModelFolder, openClassifier, requireModel } from './model-folder.ts';

interface VoiceFacts {
  /** As the person named it. */
  readonly place: string;
  readonly task: LabelSource['task'];
  /** Class names, in the order of its logits. */
  readonly labels: readonly string[];
}

/** One that reads texts on the spot. */
export interface ReadingVoice extends VoiceFacts {
  readonly kind: 'model' | 'onnx';
  readonly labeller: Labeller;
  readonly tokenizer: Tokenizer;
  /** Longest text, in tokens. */
  readonly positions: number;
  readonly bytes: number;
  /** Ours: students can be cut from it. */
  readonly model?: ModelFolder;
}

export interface StoreVoice extends VoiceFacts {
  readonly kind: 'store';
  readonly header: LabelHeader;
}

export interface AnswerVoice extends VoiceFacts {
  readonly kind: 'answers';
  readonly answers: Answers;
}

export type Voice = ReadingVoice | StoreVoice | AnswerVoice;

export interface VoiceContext {
  /** What the corpus is labelled with. */
  readonly corpus: LabelSpace | undefined;
  /** Of which kind answers are, where the corpus does not show it. */
  readonly kind?: LabelKind | undefined;
  /** The order of classes that a person gave, or that the task has: only then may answers give numbers. */
  readonly order?: readonly string[] | undefined;
  readonly abstentions?: readonly string[] | undefined;
  /** Take the ONNX file of a folder that holds both. */
  readonly onnx?: boolean | undefined;
}

/** Opens them in order; answers are read with the classes of the first voice that names them, else of the corpus. @throws if they know different classes. */
export async function openVoices(places: readonly string[], context: VoiceContext): Promise<[Voice, ...Voice[]]> {
  const opened = new Map<string, Voice>();
  const kinds = await Promise.all(places.map((place) => kindOf(place, context)));
  // Files last: the others know their classes.
  for (const [i, place] of places.entries()) if (kinds[i] !== 'answers') opened.set(place, await openSpeaking(place, kinds[i] ?? 'model'));
  const [knowing] = opened.values();
  for (const [i, place] of places.entries()) if (kinds[i] === 'answers') opened.set(place, await openAnswers(place, answerSpace(context, knowing)));
  const [first, ...others] = places.flatMap((place) => opened.get(place) ?? []);
  if (first === undefined) throw new Error('there is no teacher');
  for (const other of others) {
    const same = other.task === first.task && (first.task === 'regression' || [...other.labels].sort().join('\n') === [...first.labels].sort().join('\n'));
    if (!same) throw new Error(`${first.place} answers ${first.labels.join(', ')} (${first.task}), ${other.place} ${other.labels.join(', ')} (${other.task}): teachers that speak together must know the same classes`);
  }
  return [first, ...others];
}

async function kindOf(place: string, { onnx = false }: VoiceContext): Promise<Voice['kind']> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) throw new Error(`${place}: there is no such file or folder; a teacher is a classifier's folder, a label store, or a file of answers`);
  if (found.isFile()) return 'answers';
  if (await isThere(join(place, 'header.json'))) return 'store';
  await requireModel(place);
  if (onnx) return 'onnx';
  const family = await familyIn(place);
  const isOurs = family !== undefined && isOwnFamily(family) && (await checkpointBytes(place)) > 0;
  return !isOurs && (await findOnnx(place)) !== undefined ? 'onnx' : 'model';
}

async function openSpeaking(place: string, kind: Voice['kind']): Promise<Voice> {
  if (kind === 'store') {
    const header = await readHeader(place);
    return { kind, place, header, task: header.source.task, labels: header.source.labels };
  }
  if (kind === 'onnx') {
    const labeller = await openOnnxTeacher(place);
    return { kind, place, labeller, task: labeller.task, labels: labeller.labels, tokenizer: labeller.tokenizer, positions: labeller.positions, bytes: labeller.bytes };
  }
  const model = await openClassifier(place);
  const labeller = await modelLabeller(model.model, { name: place });
  return { kind: 'model', place, labeller, task: labeller.task, labels: labeller.labels, tokenizer: model.tokenizer, positions: model.model.config.positions, bytes: model.bytes, model };
}

async function openAnswers(place: string, space: AnswerSpace): Promise<AnswerVoice> {
  const answers = await readAnswers(place, space);
  return { kind: 'answers', place, answers, task: answers.task, labels: answers.labels };
}

/** @throws where nothing says which classes there are. */
export function answerSpace({ corpus, kind, order, abstentions }: VoiceContext, knowing?: Pick<Voice, 'task' | 'labels'>): AnswerSpace {
  const shy = abstentions === undefined ? {} : { abstentions };
  const task = knowing?.task ?? corpus?.kind ?? kind ?? 'single-label';
  if (task === 'regression' && order !== undefined) throw new Error('--classes: scores have no classes');
  if (task === 'regression') return { task, labels: knowing?.labels ?? ['score'], ordered: true, ...shy };
  const names = order ?? knowing?.labels ?? (corpus !== undefined && 'names' in corpus ? corpus.names : undefined);
  if (names === undefined) throw new Error('which classes are there? Name them with --classes a,b,c');
  return { task, labels: names, ordered: order !== undefined, ...shy };
}

/** The classes of the corpus in the order of `names`, matched by name. @throws naming those that the teacher does not know. */
export function agreeWith({ kind, task, place: model }: Voice, corpus: LabelSpace | undefined, { names, place }: { names: readonly string[]; place: string }): LabelSpace {
  const hasConfig = kind === 'model' || kind === 'onnx';
  return agreeOnLabels(corpus, { kind: task, names, model, place, ...(!hasConfig && { mend: 'let both use the same names' }) });
}

/** Of what kind the first of these teachers answers that says so by itself; files of answers do not. Nothing is loaded, and what cannot be read is told when it is. */
export async function spokenKind(places: readonly string[], context: Pick<VoiceContext, 'onnx'>): Promise<LabelKind | undefined> {
  for (const place of places) {
    const kind = await kindOf(place, { corpus: undefined, ...context });
    if (kind === 'store') return (await readHeader(place)).source.task;
    if (kind !== 'answers') return readJson(join(place, 'config.json')).then((config) => classFacts(config, place).task).catch(() => undefined);
  }
  return undefined;
}
