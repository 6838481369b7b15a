/**
 * Writes a classifier or bare encoder as one `model.onnx` in float32, which transformers.js loads from `<folder>/onnx/`, and so do
 * ONNX Runtime in Node, the browser and Python. It does not quantise and does not write config.json or the tokenizer.
 */
import { bilstmGraph } from './bilstm/onnx.ts';
import { type ClassifierConfig, isBilstm } from './classifiers.ts';
import { encoderGraph } from './onnx-encoder.ts';
import { onnxFile, writeOnnxFile } from './onnx-file.ts';
import type { NamedWeights } from './onnx-graph.ts';

export interface OnnxExport {
  readonly config: ClassifierConfig;
  /** Exactly the weights of the model, under their Hugging Face names. */
  readonly weights: NamedWeights;
  /** The file to write, usually `<student>/onnx/model.onnx`; its folder is made if needed. */
  readonly path: string;
}

/** Writes the ONNX file, whole or not at all. Throws when config and weights do not fit each other, or the file would pass 2 GiB. */
export async function exportOnnx({ config, weights, path }: OnnxExport): Promise<void> {
  await writeOnnxFile(onnxFile(path, () => (isBilstm(config) ? bilstmGraph(config, weights) : encoderGraph(config, weights))));
}
