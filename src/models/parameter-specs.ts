/**
 * The parameters a configuration calls for: embeddings, layers and the task's head, each from the file that also computes them.
 */
import type { ParameterSpec } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { embeddingSpecs } from './embeddings.ts';
import { headSpecs } from './heads.ts';
import { layerSpecs } from './layers.ts';

export function parameterSpecs(config: EncoderConfig): ParameterSpec[] {
  return [...embeddingSpecs(config), ...layerSpecs(config), ...headSpecs(config)];
}
