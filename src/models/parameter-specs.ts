/**
 * The parameters a configuration calls for, in checkpoint order. BERT: Devlin et al. 2019; DistilBERT: Sanh et al. 2019 (no token
 * types, no pooler). A masked-LM decoder is tied to the word embeddings and so has no weight of its own.
 */
import { linearSpecs, normSpecs, type ParameterSpec } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { classifierName, moduleNames } from './module-names.ts';

export function parameterSpecs(config: EncoderConfig): ParameterSpec[] {
  return [...trunkSpecs(config), ...headSpecs(config)];
}

/** Embeddings and layers: what every task shares. */
export function trunkSpecs(config: EncoderConfig): ParameterSpec[] {
  const names = moduleNames[config.family];
  const { width } = config;
  const table = (name: string, rows: number, zeroRow?: number): ParameterSpec => ({
    name: `${names.embeddings}.${name}.weight`,
    shape: [rows, width],
    initial: 'normal',
    ...(zeroRow === undefined ? {} : { zeroRow }),
  });
  return [
    table('word_embeddings', config.vocabulary, config.padId),
    table('position_embeddings', config.positions),
    ...(config.typeVocabulary > 0 ? [table('token_type_embeddings', config.typeVocabulary)] : []),
    ...normSpecs(`${names.embeddings}.LayerNorm`, width),
    ...Array.from({ length: config.layers }, (_, index) => layerSpecs(config, `${names.layers}.${index}`)).flat(),
  ];
}

function layerSpecs({ family, width, feedForwardWidth }: EncoderConfig, layer: string): ParameterSpec[] {
  const names = moduleNames[family];
  return [
    ...linearSpecs(`${layer}.${names.query}`, width, width),
    ...linearSpecs(`${layer}.${names.key}`, width, width),
    ...linearSpecs(`${layer}.${names.value}`, width, width),
    ...linearSpecs(`${layer}.${names.attentionOutput}`, width, width),
    ...normSpecs(`${layer}.${names.attentionNorm}`, width),
    ...linearSpecs(`${layer}.${names.expansion}`, feedForwardWidth, width),
    ...linearSpecs(`${layer}.${names.contraction}`, width, feedForwardWidth),
    ...normSpecs(`${layer}.${names.outputNorm}`, width),
  ];
}

/** The task's head. A bare BERT keeps its pooler; a bare DistilBERT has none. */
export function headSpecs({ family, task, width, vocabulary, labels }: EncoderConfig): ParameterSpec[] {
  const names = moduleNames[family];
  switch (task) {
    case 'none':
      return family === 'bert' ? linearSpecs(names.head, width, width) : [];
    case 'masked-lm':
      return [
        { name: names.languageBias, shape: [vocabulary], initial: 'zeros' },
        ...linearSpecs(names.languageTransform, width, width),
        ...normSpecs(names.languageNorm, width),
      ];
    case 'single-label':
    case 'multi-label':
    case 'regression':
      return [...linearSpecs(names.head, width, width), ...linearSpecs(classifierName, labels.length, width)];
  }
}
