/**
 * Writes a classifier or bare encoder as one `model.onnx` in float32, which transformers.js loads from `<folder>/onnx/`, and so do
 * ONNX Runtime in Node, the browser and Python. It does not quantise and does not write config.json or the tokenizer.
 */
import manifest from '../../package.json' with { type: 'json' };
import { writeFileAtomically } from '../storage/atomic.ts';
import { encodeOnnxModel } from '../storage/onnx-model.ts';
import { bilstmGraph } from './bilstm/onnx.ts';
import { type ClassifierConfig, isBilstm } from './classifiers.ts';
import { encoderGraph } from './onnx-encoder.ts';
import type { NamedWeights } from './onnx-graph.ts';

export interface OnnxExport {
  readonly config: ClassifierConfig;
  /** Exactly the weights of the model, under their Hugging Face names. */
  readonly weights: NamedWeights;
  /** The file to write, usually `<student>/onnx/model.onnx`; its folder is made if needed. */
  readonly path: string;
}

/**
 * Writes the ONNX file, whole or not at all. Needs memory for one more copy of the linear weights while it runs.
 * Throws when config and weights do not fit each other, or the file would pass the 2 GiB that protobuf allows.
 */
export async function exportOnnx({ config, weights, path }: OnnxExport): Promise<void> {
  await writeFileAtomically(path, encode({ config, weights, path }));
}

function encode({ config, weights, path }: OnnxExport): Uint8Array[] {
  try {
    const graph = isBilstm(config) ? bilstmGraph(config, weights) : encoderGraph(config, weights);
    return encodeOnnxModel({ irVersion: 8, opset: 17, producer: { name: manifest.name, version: manifest.version }, graph });
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
