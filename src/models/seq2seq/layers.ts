/**
 * The layers of both sides: the parameters a configuration calls for, and these bound into what nn/ computes with.
 */
import type { LinearWeights } from '../../engine/fused/linear.ts';
import { linearSpecs, normSpecs, type Parameters, type ParameterSpec } from '../../nn/parameters.ts';
import { postNorm, preNorm, type Residual } from '../../nn/residual.ts';
import type { AttentionBlock, TransformerOptions, TransformerWeights } from '../../nn/transformer-layer.ts';
import { attentionWidth } from '../config.ts';
import { type Seq2SeqConfig, type Side, sideOf } from './config.ts';
import type { AttentionNames, InitialPart } from './families/family.ts';
import { seq2seqFamilies } from './families.ts';

/** How fresh values of a part are drawn. @param depth of its layer within its side, from 1. */
export function initialOf(config: Seq2SeqConfig, part: InitialPart, depth = 1): ParameterSpec['initial'] {
  return { deviation: seq2seqFamilies[config.family].deviation(part, config, depth) };
}

/** A weight and its bias, which some families have not. */
function biased({ family }: Seq2SeqConfig, specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.slice(0, seq2seqFamilies[family].hasBiases ? 2 : 1);
}

export function normSpecsOf(config: Seq2SeqConfig, module: string): ParameterSpec[] {
  return biased(config, normSpecs(module, config.width));
}

export function layerModule({ family }: Pick<Seq2SeqConfig, 'family'>, side: Side, index: number): string {
  return `${seq2seqFamilies[family].names.layers(side)}.${index}`;
}

export function seq2seqLayerSpecs(config: Seq2SeqConfig, side: Side): ParameterSpec[] {
  const { width } = config;
  const inner = attentionWidth(config);
  const { layers, feedForwardWidth } = sideOf(config, side);
  const names = seq2seqFamilies[config.family].names.layer(side, config);
  return Array.from({ length: layers }, (_, index) => {
    const at = (module: string) => `${layerModule(config, side, index)}.${module}`;
    const linear = (module: string, [outputs, inputs]: readonly [number, number], part: InitialPart) => biased(config, linearSpecs(at(module), outputs, inputs, initialOf(config, part, index + 1)));
    const attention = ({ query, key, value, output, norm }: AttentionNames) => [
      ...linear(query, [inner, width], 'query'),
      ...linear(key, [inner, width], 'key'),
      ...linear(value, [inner, width], 'value'),
      ...linear(output, [width, inner], 'output'),
      ...normSpecsOf(config, at(norm)),
    ];
    const { expansion, gate, contraction, norm } = names.feedForward;
    return [
      ...attention(names.self),
      ...(side === 'decoder' ? attention(names.cross) : []),
      ...linear(expansion, [feedForwardWidth, width], 'expansion'),
      ...(gate === undefined ? [] : linear(gate, [feedForwardWidth, width], 'expansion')),
      ...linear(contraction, [width, feedForwardWidth], 'contraction'),
      ...normSpecsOf(config, at(norm)),
    ];
  }).flat();
}

export function layerWeights(config: Seq2SeqConfig, parameters: Parameters, side: Side): TransformerWeights[] {
  const { hasBiases, norm: order, names } = seq2seqFamilies[config.family];
  const { self, cross, feedForward } = names.layer(side, config);
  return Array.from({ length: sideOf(config, side).layers }, (_, index) => {
    const at = (module: string) => `${layerModule(config, side, index)}.${module}`;
    const linear = (module: string): LinearWeights => (hasBiases ? parameters.pair(at(module)) : { weight: parameters.get(`${at(module)}.weight`) });
    const residual = (module: string): Residual => (order === 'after' ? postNorm(parameters.pair(at(module)), config.normEpsilon) : preNorm(parameters.get(`${at(module)}.weight`), config.normEpsilon));
    const attention = ({ query, key, value, output, norm }: AttentionNames): AttentionBlock => ({ query: linear(query), key: linear(key), value: linear(value), output: linear(output), residual: residual(norm) });
    const { expansion, gate, contraction, norm } = feedForward;
    return {
      self: attention(self),
      ...(side === 'decoder' && { cross: attention(cross) }),
      feedForward: { expansion: linear(expansion), ...(gate !== undefined && { gate: linear(gate) }), contraction: linear(contraction), residual: residual(norm) },
    };
  });
}

export function layerOptions(config: Seq2SeqConfig, side: Side): TransformerOptions {
  const { activation, hiddenDropout, attentionDropout, activationDropout } = config;
  const { heads } = sideOf(config, side);
  const scale = seq2seqFamilies[config.family].scalesScores ? 1 / Math.sqrt(attentionWidth(config) / heads) : 1;
  return { heads, scale, activation, hiddenDropout, attentionDropout, activationDropout };
}
