/**
 * Which student a distillation trains: a fresh one of a size, one cut from its teacher, a folder's encoder, or a BiLSTM; and what it reads with.
 */
import { encoderOf } from '../models/classifiers.ts';
import { layersCalled } from '../models/layer-map.ts';
import { labelSpace } from '../text/example.ts';
import { trainWordPiece } from '../text/train-word-piece.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { learningText, textsOf } from './learning-text.ts';
import { usualTokens } from './model-folder.ts';
import { type StartingModel, startBilstm, startCut, startFresh, startFromFolder } from './starting-model.ts';
import type { StreamedSplits } from './streamed-splits.ts';
import { readingLimit } from './teacher-voice.ts';
import { agreeWith, type ReadingVoice, type Voice } from './voice.ts';
import { isNarrowed, type WidthOptions } from './width-choice.ts';

export interface StudentOptions extends WidthOptions {
  readonly size?: string;
  /** From 0, or a map by its name. */
  readonly layers?: readonly number[] | string;
  readonly from?: string;
  /** Of another kind than an encoder, as `bilstm:64x100`. */
  readonly student?: string;
  /** A file of word vectors that it starts from. */
  readonly vectors?: string;
  readonly vocabulary?: number;
  readonly maxTokens?: number;
  readonly seed: number;
  readonly dropout?: number;
}

/** Where neither a teacher's tokenizer nor a number is given. */
const usualVocabulary = 8000;

/** @throws where teacher and student know different classes, or there is nothing to cut from. */
export async function studentOf(voices: readonly [Voice, ...Voice[]], splits: Pick<StreamedSplits, 'train' | 'transfer' | 'labels'>, options: StudentOptions): Promise<StartingModel> {
  const [first] = voices;
  const { labels: names } = first;
  if (options.layers !== undefined) {
    const [cuttable] = voices.flatMap((voice) => (voice.kind === 'model' && voice.model ? [voice.model] : []));
    if (cuttable === undefined) throw new Error(`--layers: ${first.place} has no layers that a student could be cut from; give --size LAYERSxWIDTH, --from FOLDER or --student bilstm`);
    const layers = layersCalled(options.layers, cuttable.model.config.layers);
    const { config } = encoderOf(cuttable.model, '--layers');
    const narrow = isNarrowed(options) ? { ...options, train: splits.train, labels: agreeWith(first, splits.labels, { names: config.labels, place: splits.train.name }) } : undefined;
    return startCut(cuttable, { ...options, layers, ...(narrow && { narrow }), maxTokens: readingLimit({ place: cuttable.folder, positions: config.positions }, options) });
  }
  if (options.size !== undefined) return startFresh(options.size, { ...options, labels: labelSpace(first.task, names), ...(await reading(voices, splits, options)) });
  if (options.student !== undefined) {
    const read = await reading(voices, splits, options);
    return startBilstm(options.student, { ...options, labels: labelSpace(first.task, names), ...read, pairs: await arePairs(splits.train, read.tokenizer) });
  }
  const folder = options.from ?? '';
  const labels = agreeWith(first, splits.labels, { names, place: splits.train.name });
  const student = await startFromFolder(folder, { ...options, labels });
  if (first.task !== 'regression' && student.config.labels.join() !== names.join()) throw new Error(`${folder} answers ${student.config.labels.join(', ')}, ${first.place} ${names.join(', ')}: student and teacher must order their classes alike`);
  return student;
}

/** Whether examples are two texts, by the first of them. @throws where the tokenizer does not tell which token is of which. */
async function arePairs({ name, read }: StreamedCorpus, tokenizer: Tokenizer): Promise<boolean> {
  for await (const { pair } of read()) {
    if (pair === undefined) return false;
    const [encoded] = await tokenizer.encode([{ text: 'a', pair: 'b' }], { maxTokens: 16 });
    if (!encoded?.typeIds.includes(1)) throw new Error(`--student bilstm: ${name} holds pairs, and the tokenizer does not tell which token is of which text; give --vocabulary N for a vocabulary of its own`);
    return true;
  }
  return false;
}

/** What a fresh student reads with: its teacher's tokenizer, or a vocabulary made of the text it learns from. */
async function reading(voices: readonly Voice[], { train, transfer }: Pick<StreamedSplits, 'train' | 'transfer'>, { vocabulary, maxTokens }: StudentOptions) {
  const [reader] = voices.filter((voice): voice is ReadingVoice => 'tokenizer' in voice);
  if (reader !== undefined && vocabulary === undefined) return { tokenizer: reader.tokenizer, maxTokens: readingLimit(reader, maxTokens === undefined ? {} : { maxTokens }) };
  return { tokenizer: await trainWordPiece(textsOf(learningText(train, transfer)), { size: vocabulary ?? usualVocabulary, lowercase: true }), maxTokens: maxTokens ?? usualTokens };
}
