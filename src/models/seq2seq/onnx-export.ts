/**
 * Writes an encoder-decoder as the two files in float32 that transformers.js loads from `<folder>/onnx/`: the encoder, and a decoder that
 * keeps what it has computed from token to token. It does not quantise and does not write config.json or the tokenizer.
 */
import { join } from 'node:path';
import { writeOnnxGraph } from '../onnx-file.ts';
import type { NamedWeights } from '../onnx-graph.ts';
import type { Seq2SeqConfig } from './config.ts';
import { sharedSpecs } from './embeddings.ts';
import { sideSpecs } from './model.ts';
import { decoderSideGraph, encoderSideGraph } from './onnx-sides.ts';

export interface TranslatorOnnxExport {
  readonly config: Seq2SeqConfig;
  /** Exactly the weights of the model, under their Hugging Face names. */
  readonly weights: NamedWeights;
  /** Where to, usually `<student>/onnx`; it is made if needed. */
  readonly folder: string;
}

/** What transformers.js calls them. */
export const translatorOnnxFiles = { encoder: 'encoder_model.onnx', decoder: 'decoder_model_merged.onnx' } as const;

/** Each file whole or not at all. Throws when config and weights do not fit each other, or a file would pass 2 GiB. */
export async function exportTranslatorOnnx({ config, weights, folder }: TranslatorOnnxExport): Promise<void> {
  const namesOf = (specs: readonly { readonly name: string }[]) => new Set(specs.map(({ name }) => name));
  const [shared, encoder] = [namesOf(sharedSpecs(config)), namesOf(sideSpecs(config, 'encoder'))];
  const only = (isOfSide: (name: string) => boolean): NamedWeights => new Map([...weights].filter(([name]) => isOfSide(name)));
  await writeOnnxGraph(join(folder, translatorOnnxFiles.encoder), () => encoderSideGraph(config, only((name) => shared.has(name) || encoder.has(name))));
  await writeOnnxGraph(join(folder, translatorOnnxFiles.decoder), () => decoderSideGraph(config, only((name) => !encoder.has(name))));
}
