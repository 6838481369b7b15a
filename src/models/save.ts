/**
 * Saving a model as a Hugging Face folder that Python and transformers.js load as it is: config.json, model.safetensors, tokenizer,
 * model card, and ONNX for classifiers and sentence embedders. All of it or nothing.
 */
import { join } from 'node:path';
import type { Precision } from '../engine/options.ts';
import { writeFileAtomically, writeFolderAtomically } from '../storage/atomic.ts';
import { writeCheckpoint } from '../storage/checkpoint.ts';
import { float32Tensor } from '../storage/halves.ts';
import { writeJson } from '../storage/json.ts';
import { saveTokenizer } from '../text/tokenizer-files.ts';
import type { SaveOptions as TokenizerOptions } from '../text/tokenizer-config.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { storedName } from './checkpoint-names.ts';
import { bilstmToJson } from './bilstm/config.ts';
import { isClassifier } from './config.ts';
import { type Classifier, type ClassifierConfig, isBilstm } from './classifiers.ts';
import { configToJson } from './config-file.ts';
import { families } from './families.ts';
import { bilstmCard, type CardFacts, modelCard } from './model-card.ts';
import { exportOnnx } from './onnx-export.ts';
import { type SentenceSettings, writeSentenceFiles } from './sentence-files.ts';

export interface SaveOptions {
  readonly tokenizer: Tokenizer;
  readonly card: CardFacts;
  /** A bare encoder whose embeddings are the mean of its tokens: the files that sentence-transformers wants beside it are written too. */
  readonly sentence?: SentenceSettings;
  /** Whether onnx/model.onnx is written; masked-LM models cannot be. Default: classifiers and sentence embedders are. */
  readonly onnx?: boolean;
  /** Texts and this engine's logits for them, kept as parity.json so that `scripts/parity.py` can hold other runtimes against it. */
  readonly parity?: ParitySamples;
  /** Splits the weights into shards of at most this size. */
  readonly maxShardBytes?: number;
}

export interface ParitySamples {
  readonly texts: readonly string[];
  readonly pairs: readonly string[] | null;
  readonly logits: readonly (readonly number[])[];
  readonly maxTokens: number;
  /** What the logits were computed in, which says how near others can come. */
  readonly precision: Precision;
}

/** Writes `folder`; one that exists is replaced as a whole. */
export async function saveModel(folder: string, model: Classifier, { tokenizer, card, parity, sentence, maxShardBytes, ...options }: SaveOptions): Promise<void> {
  const { config, parameters } = model;
  if (sentence !== undefined && config.task !== 'none') throw new Error(`a sentence embedder is saved as a bare encoder, not as a model of task '${config.task}'`);
  if (sentence !== undefined && sentence.maxTokens > config.positions) throw new Error(`a sentence embedder of ${sentence.maxTokens} tokens, but the model has only ${config.positions} positions`);
  const onnx = options.onnx ?? (isClassifier(config) || sentence !== undefined);
  const values = await parameters.read();
  const stored = (name: string) => (isBilstm(config) ? name : storedName(config.family, config.task === 'none', name));
  const tensors = new Map([...values].map(([name, { shape, data }]) => [stored(name), float32Tensor(shape, data)]));
  await writeFolderAtomically(folder, async (temporary) => {
    await writeJson(join(temporary, 'config.json'), classifierToJson(config));
    await writeCheckpoint(temporary, tensors, { metadata: { format: 'pt' }, ...(maxShardBytes === undefined ? {} : { maxShardBytes }) });
    await saveTokenizer(tokenizer, temporary, { ...tokenizerOptions(config, tokenizer), ...(sentence && { maxTokens: sentence.maxTokens }) });
    if (onnx) await exportOnnx({ config, weights: values, path: join(temporary, 'onnx', 'model.onnx') });
    if (sentence !== undefined) await writeSentenceFiles(temporary, sentence, config.width);
    if (parity !== undefined) await writeJson(join(temporary, 'parity.json'), parity);
    await writeFileAtomically(join(temporary, 'README.md'), isBilstm(config) ? bilstmCard(config, parameters.count, card, { onnx }) : modelCard(config, parameters.count, card, { onnx, ...(sentence && { sentence }) }));
  });
}

/** config.json of a model of either kind. */
export function classifierToJson(config: ClassifierConfig): Record<string, unknown> {
  return isBilstm(config) ? bilstmToJson(config) : configToJson(config);
}

/** The family's own class where the tokenizer is of its kind; another one keeps the class it came with. */
export function tokenizerOptions(config: ClassifierConfig, { definition }: Tokenizer): TokenizerOptions {
  const { positions } = config;
  if (isBilstm(config)) return { maxTokens: positions, typeIds: config.pairs };
  const { family } = config;
  const { tokenizer: { className, model }, takesTypeIds } = families[family];
  return { maxTokens: positions, typeIds: takesTypeIds, ...(definition.model.type === model && { tokenizerClass: className }) };
}
