/**
 * The layers of each family: the parameters a configuration calls for, and these bound into functions. BERT's form (post-norm attention and
 * feed-forward) under each family's names, and MobileBERT's bottlenecks.
 */
import { type BottleneckWeights, bottleneckLayer } from '../nn/bottleneck.ts';
import { encoderLayer, type EncoderLayer } from '../nn/encoder.ts';
import type { Layer } from '../nn/layer-stack.ts';
import { linearSpecs, normSpecs, type Parameters, type ParameterSpec } from '../nn/parameters.ts';
import { attentionWidth, type Bottleneck, type EncoderConfig } from './config.ts';
import { families, layerModule, storedLayers } from './families.ts';

/** Modules of a MobileBERT layer besides BERT's. */
export const bottleneckNames = {
  sharedInput: 'bottleneck.attention',
  narrowInput: 'bottleneck.input',
  widening: 'output.bottleneck',
  furtherFeedForward: (index: number) => `ffn.${index}`,
} as const;

export function layerSpecs(config: EncoderConfig): ParameterSpec[] {
  const { bottleneck } = config;
  return Array.from({ length: storedLayers(config) }, (_, index) => {
    const layer = layerModule(config, index);
    return bottleneck ? bottleneckSpecs(config, bottleneck, layer) : standardSpecs(config, layer);
  }).flat();
}

function standardSpecs(config: EncoderConfig, layer: string, valueInputs = attentionWidth(config)): ParameterSpec[] {
  const { names } = families[config.family];
  const width = attentionWidth(config);
  return [
    ...linearSpecs(`${layer}.${names.query}`, width, width),
    ...linearSpecs(`${layer}.${names.key}`, width, width),
    ...linearSpecs(`${layer}.${names.value}`, width, valueInputs),
    ...linearSpecs(`${layer}.${names.attentionOutput}`, width, width),
    ...normSpecs(`${layer}.${names.attentionNorm}`, width),
    ...linearSpecs(`${layer}.${names.expansion}`, config.feedForwardWidth, width),
    ...linearSpecs(`${layer}.${names.contraction}`, width, config.feedForwardWidth),
    ...normSpecs(`${layer}.${names.outputNorm}`, width),
  ];
}

function bottleneckSpecs(config: EncoderConfig, { width: narrow, feedForwards }: Bottleneck, layer: string): ParameterSpec[] {
  const { width, feedForwardWidth } = config;
  const { names } = families[config.family];
  const block = (module: string, outputs: number, inputs: number) => [
    ...linearSpecs(`${layer}.${module}.dense`, outputs, inputs),
    ...normSpecs(`${layer}.${module}.LayerNorm`, outputs),
  ];
  const further = (index: number): ParameterSpec[] => {
    const inside = `${layer}.${bottleneckNames.furtherFeedForward(index)}`;
    return [
      ...linearSpecs(`${inside}.${names.expansion}`, feedForwardWidth, narrow),
      ...linearSpecs(`${inside}.${names.contraction}`, narrow, feedForwardWidth),
      ...normSpecs(`${inside}.${names.outputNorm}`, narrow),
    ];
  };
  return [
    ...standardSpecs(config, layer, width),
    ...block(bottleneckNames.narrowInput, narrow, width),
    ...block(bottleneckNames.sharedInput, narrow, width),
    ...block(bottleneckNames.widening, width, narrow),
    ...Array.from({ length: feedForwards - 1 }, (_, index) => further(index)).flat(),
  ];
}

/** One function per depth; with shared layers, all of one set of weights. */
export function layersOf(config: EncoderConfig, parameters: Parameters): Layer[] {
  const { bottleneck } = config;
  return Array.from({ length: config.layers }, (_, index) => {
    const layer = layerModule(config, index);
    const weights = standardWeights(config, parameters, layer);
    return bottleneck ? bottleneckLayer({ ...weights, ...bottleneckWeights(config, bottleneck, parameters, layer) }, config) : encoderLayer(weights, config);
  });
}

function standardWeights(config: EncoderConfig, parameters: Parameters, layer: string): EncoderLayer {
  const { names } = families[config.family];
  const pair = (module: string) => parameters.pair(`${layer}.${module}`);
  return {
    query: pair(names.query),
    key: pair(names.key),
    value: pair(names.value),
    attentionOutput: pair(names.attentionOutput),
    attentionNorm: pair(names.attentionNorm),
    expansion: pair(names.expansion),
    contraction: pair(names.contraction),
    outputNorm: pair(names.outputNorm),
  };
}

function bottleneckWeights({ family }: EncoderConfig, { feedForwards }: Bottleneck, parameters: Parameters, layer: string): Omit<BottleneckWeights, keyof EncoderLayer> {
  const { names } = families[family];
  const block = (module: string) => ({ dense: parameters.pair(`${layer}.${module}.dense`), norm: parameters.pair(`${layer}.${module}.LayerNorm`) });
  return {
    narrowInput: block(bottleneckNames.narrowInput),
    sharedInput: block(bottleneckNames.sharedInput),
    widening: block(bottleneckNames.widening),
    further: Array.from({ length: feedForwards - 1 }, (_, index) => {
      const pair = (module: string) => parameters.pair(`${layer}.${bottleneckNames.furtherFeedForward(index)}.${module}`);
      return { expansion: pair(names.expansion), contraction: pair(names.contraction), outputNorm: pair(names.outputNorm) };
    }),
  };
}
