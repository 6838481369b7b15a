/**
 * The folder both sides of a case open: models as Hugging Face folders, arrays as safetensors, settings as JSON. Written on the host,
 * without an engine, so that no side's memory carries it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { randomKey } from '../../../src/engine/random.ts';
import { storedName } from '../../../src/models/checkpoint-names.ts';
import type { EncoderConfig, Task } from '../../../src/models/config.ts';
import { configToJson, parseConfig } from '../../../src/models/config-file.ts';
import { exportOnnx } from '../../../src/models/onnx-export.ts';
import { parameterSpecs } from '../../../src/models/parameter-specs.ts';
import { freshValues } from '../../../src/nn/parameters.ts';
import { writeCheckpoint } from '../../../src/storage/checkpoint.ts';
import { float32Tensor } from '../../../src/storage/halves.ts';
import { readJson, writeJson } from '../../../src/storage/json.ts';
import { type HostTensor, readSafetensors, writeSafetensors } from '../../../src/storage/safetensors.ts';
import { viewOf } from '../../../src/storage/typed-view.ts';

export interface EncoderSize {
  readonly family: EncoderConfig['family'];
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly task: Task;
  readonly dropout: number;
}

/** The configuration of a fresh encoder, read as a config.json would be; FFN 4 x width, 512 positions, two classes. */
export function encoderConfig({ family, layers, width, heads, vocabulary, task, dropout }: EncoderSize): EncoderConfig {
  const head = task === 'masked-lm' ? 'ForMaskedLM' : 'ForSequenceClassification';
  const shared = { model_type: family, vocab_size: vocabulary, max_position_embeddings: 512, pad_token_id: 0 };
  const sizes =
    family === 'bert'
      ? {
          architectures: [`Bert${head}`], hidden_size: width, num_hidden_layers: layers, num_attention_heads: heads, intermediate_size: 4 * width,
          hidden_dropout_prob: dropout, attention_probs_dropout_prob: dropout,
        }
      : { architectures: [`DistilBert${head}`], dim: width, n_layers: layers, n_heads: heads, hidden_dim: 4 * width, dropout, attention_dropout: dropout };
  return parseConfig({ ...shared, ...sizes }, `the bench's ${family}`);
}

/** Writes a fresh model, the same numbers as `freshModel(config, { seed })`, and if asked its ONNX file. */
export async function writeFreshModel(folder: string, config: EncoderConfig, { seed, onnx = false }: { seed: number; onnx?: boolean }): Promise<void> {
  const key = randomKey(seed, 'initialise');
  const values = parameterSpecs(config).map((spec) => [spec.name, { shape: [...spec.shape], data: freshValues(spec, key, config.initializerRange) }] as const);
  await writeJson(join(folder, 'config.json'), configToJson(config));
  await writeCheckpoint(folder, values.map(([name, { shape, data }]) => [storedName(config.family, config.task === 'none', name), float32Tensor(shape, data)] as const));
  if (onnx) await exportOnnx({ config, weights: new Map(values), path: join(folder, 'onnx', 'model.onnx') });
}

export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Int32Array | Float32Array;
}

/** Writes named arrays, int32 or float32. */
export async function writeArrays(path: string, arrays: Readonly<Record<string, HostArray>>): Promise<void> {
  const tensors = Object.entries(arrays).map(([name, { shape, data }]): [string, HostTensor] => [
    name,
    { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  ]);
  await writeSafetensors(path, tensors);
}

export interface Arrays {
  readonly ints: (name: string) => Int32Array;
  readonly floats: (name: string) => Float32Array;
  readonly shape: (name: string) => readonly number[];
}

/** Reads arrays by name; asking for one that is absent or of another type throws. */
export async function readArrays(path: string): Promise<Arrays> {
  const { tensors } = await readSafetensors(path);
  const find = (name: string, dtype?: string): HostTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined || (dtype !== undefined && tensor.dtype !== dtype)) throw new Error(`${path}: no array '${name}'${dtype === undefined ? '' : ` of ${dtype}`}`);
    return tensor;
  };
  return {
    ints: (name) => new Int32Array(...viewOf(find(name, 'I32').bytes, 4)),
    floats: (name) => new Float32Array(...viewOf(find(name, 'F32').bytes, 4)),
    shape: (name) => find(name).shape,
  };
}

/** What both sides train with; `case.json`. Temperature and weights are the objective's, the rest the optimiser's. */
const trainingSettings = z.strictObject({
  kind: z.string(),
  seed: z.int(),
  learningRate: z.number(),
  weightDecay: z.number(),
  beta1: z.number(),
  beta2: z.number(),
  epsilon: z.number(),
  maxGradientNorm: z.number(),
  temperature: z.number(),
  /** Of the triple loss. */
  weights: z.strictObject({ soft: z.number(), masked: z.number(), cosine: z.number() }).optional(),
});
export type TrainingSettings = z.infer<typeof trainingSettings>;

export async function writeTrainingSettings(folder: string, settings: TrainingSettings): Promise<void> {
  await writeJson(join(folder, 'case.json'), settings);
}

export async function readTrainingSettings(folder: string): Promise<TrainingSettings> {
  return trainingSettings.parse(await readJson(join(folder, 'case.json')));
}
