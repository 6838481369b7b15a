/**
 * What a masked-LM model starts as: a folder's encoder (with a fresh head, tied to its embeddings, where it has none), layers cut from a
 * teacher with its head, or a fresh model of a size.
 */
import { layersCalled } from '../models/layer-map.ts';
import { withDropout } from '../models/classifiers.ts';
import type { EncoderConfig } from '../models/config.ts';
import { freshModel, type Model } from '../models/model.ts';
import { freshConfig, parseSize } from '../models/size.ts';
import { modelFingerprint } from '../teacher/labeller.ts';
import { trainWordPiece } from '../text/train-word-piece.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import { learningText, textsOf } from './learning-text.ts';
import { type ModelFolder, openEncoderFolder, tokenLimit, usualTokens } from './model-folder.ts';
import { startCut, type StartingModel } from './starting-model.ts';

export interface MaskedLmStart {
  readonly from?: string;
  readonly size?: string;
  /** From 0, or a map by its name; of the teacher. */
  readonly layers?: readonly number[] | string;
  readonly vocabulary?: number;
  readonly maxTokens?: number;
  readonly seed: number;
  readonly dropout?: number;
}

const usualVocabulary = 8000;

/** A teacher that fills in words. @throws for a folder of another task. */
export async function openFiller(folder: string): Promise<ModelFolder<Model>> {
  const opened = await openEncoderFolder(folder);
  const { task } = opened.model.config;
  if (task !== 'masked-lm') throw new Error(`${folder}: ${task === 'none' ? 'a bare encoder' : `a model for ${task}`}, which fills in no words; give it a head first: retort pretrain TEXT --from ${folder} --held-out FILE`);
  return opened;
}

/** @param teacher whose layers are cut, and whose tokenizer a fresh model reads with. */
export async function startMaskedLm({ from, size = '', layers, vocabulary, ...options }: MaskedLmStart, text: StreamedCorpus, teacher?: ModelFolder<Model>): Promise<StartingModel<EncoderConfig>> {
  const { seed, dropout, maxTokens } = options;
  if (layers !== undefined && teacher !== undefined) {
    return startCut(teacher, { layers: layersCalled(layers, teacher.model.config.layers), seed, maxTokens: tokenLimit(teacher, options), ...(dropout !== undefined && { dropout }) });
  }
  if (from !== undefined) {
    const opened = await openEncoderFolder(from, { task: 'masked-lm', seed });
    const model = withDropout(opened.model, dropout);
    const origin = { model: await modelFingerprint(model), seed };
    return { origin, start: () => Promise.resolve(model), config: model.config, tokenizer: opened.tokenizer, maxTokens: tokenLimit(opened, options), fresh: false, notices: opened.notices };
  }
  const tokenizer = teacher?.tokenizer ?? (await trainWordPiece(textsOf(learningText(text)), { size: vocabulary ?? usualVocabulary, lowercase: true }));
  const positions = maxTokens ?? (teacher === undefined ? usualTokens : tokenLimit(teacher, {}));
  const shape = { family: teacher?.model.config.family ?? 'bert', vocabulary: teacher?.model.config.vocabulary ?? tokenizer.vocabularySize, padId: tokenizer.padId, positions } as const;
  const config = freshConfig(parseSize(size), { ...shape, task: 'masked-lm', labels: [], dropout: dropout ?? 0.1 });
  return { origin: { size, shape, dropout: dropout ?? 0.1, seed }, start: () => Promise.resolve(freshModel(config, { seed })), config, tokenizer, maxTokens: positions, fresh: true, notices: [] };
}
