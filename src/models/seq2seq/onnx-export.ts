/**
 * Writes an encoder-decoder as the two files in float32 that transformers.js loads from `<folder>/onnx/`: the encoder, and a decoder that
 * keeps what it has computed from token to token. It does not quantise and does not write config.json or the tokenizer.
 */
import { join } from 'node:path';
import type { ParameterSpec } from '../../nn/parameters.ts';
import { onnxFile, writeOnnxFile } from '../onnx-file.ts';
import type { NamedWeights } from '../onnx-graph.ts';
import type { Seq2SeqConfig } from './config.ts';
import { sharedSpecs } from './embeddings.ts';
import { sideSpecs } from './model.ts';
import { decoderSideGraph, encoderSideGraph } from './onnx-sides.ts';
import { productSpecs } from './product.ts';

export interface TranslatorOnnxExport {
  readonly config: Seq2SeqConfig;
  /** Exactly the weights of the model, under their Hugging Face names. */
  readonly weights: NamedWeights;
  /** Where to, usually `<student>/onnx`; it is made if needed. */
  readonly folder: string;
}

/** What transformers.js calls them. */
export const translatorOnnxFiles = { encoder: 'encoder_model.onnx', decoder: 'decoder_model_merged.onnx' } as const;

/** Either file whole or not at all, and none where the other cannot be made. Throws when config and weights do not fit each other, or a file would pass 2 GiB. */
export async function exportTranslatorOnnx({ config, weights, folder }: TranslatorOnnxExport): Promise<void> {
  const [shared, encoder] = [sharedSpecs(config), sideSpecs(config, 'encoder')].map((specs) => new Set(specs.map(({ name }) => name))) as [Set<string>, Set<string>];
  const only = (isOfSide: (name: string) => boolean): NamedWeights => new Map([...weights].filter(([name]) => isOfSide(name)));
  const files = [
    onnxFile(join(folder, translatorOnnxFiles.encoder), () => encoderSideGraph(config, only((name) => shared.has(name) || encoder.has(name)))),
    onnxFile(join(folder, translatorOnnxFiles.decoder), () => decoderSideGraph(config, only((name) => !encoder.has(name)))),
  ];
  for (const file of files) await writeOnnxFile(file);
}

/** Whether the weights of either file are below its 2 GiB. */
export function fitsTranslatorOnnx(config: Seq2SeqConfig): boolean {
  const bytesOf = (specs: readonly ParameterSpec[]) => specs.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, side) => product * side, 1), 0);
  const shared = sharedSpecs(config);
  return [[...shared, ...sideSpecs(config, 'encoder')], [...shared, ...sideSpecs(config, 'decoder'), ...productSpecs(config)]].every((specs) => bytesOf(specs) < 2 ** 31);
}
