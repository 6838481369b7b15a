/**
 * An encoder-decoder as a `Model`: the source through the encoder, what the decoder is fed through the decoder, and exactly what is asked
 * for. It knows no loss, no teacher and no search; step-decoder.ts writes token by token.
 */
import type { Batch } from '../../engine/batch.ts';
import { type Key, randomKey } from '../../engine/random.ts';
import * as tf from '../../engine/tf.ts';
import { attentionBias, causalBias } from '../../nn/attention.ts';
import { type LayerStates, stack } from '../../nn/layer-stack.ts';
import { dropoutAt, type Mode, modeOf } from '../../nn/mode.ts';
import { dropout } from '../../engine/fused/dropout.ts';
import { freshValues, Parameters, type ParameterSpec } from '../../nn/parameters.ts';
import { relativeBias } from '../../nn/relative-positions.ts';
import { rmsNorm } from '../../nn/residual.ts';
import { type Surroundings, transformerLayer } from '../../nn/transformer-layer.ts';
import type { Model } from '../model.ts';
import type { ModelOutput, OutputOf, Wants } from '../output.ts';
import { askedOf, attentionSaid, type AttentionWants, checkLayers, counted, picked } from '../states.ts';
import type { Seq2SeqConfig, Side } from './config.ts';
import { embedSide, positionSpecs, sharedSpecs } from './embeddings.ts';
import { seq2seqFamilies } from './families.ts';
import { layerOptions, layerWeights, normSpecsOf, seq2seqLayerSpecs } from './layers.ts';
import { productSaid, productSpecs } from './product.ts';

export type Seq2Seq = Model<Seq2SeqConfig>;

export function seq2seqSpecs(config: Seq2SeqConfig): ParameterSpec[] {
  return [...sharedSpecs(config), ...sideSpecs(config, 'encoder'), ...sideSpecs(config, 'decoder'), ...productSpecs(config)];
}

/** Of one side, without the words that both share. */
export function sideSpecs(config: Seq2SeqConfig, side: Side): ParameterSpec[] {
  const { finalNorm } = seq2seqFamilies[config.family].names;
  return [...positionSpecs(config, side), ...seq2seqLayerSpecs(config, side), ...(finalNorm === undefined ? [] : normSpecsOf(config, finalNorm(side)))];
}

export function createSeq2Seq(config: Seq2SeqConfig, parameters: Parameters): Seq2Seq {
  return {
    config,
    parameters,
    forward: <W extends Wants>(batch: Batch, wants: W, mode: Mode = {}) => forward(config, parameters, batch, wants, mode) as OutputOf<W>,
    dispose: () => parameters.dispose(),
  };
}

/** A model with fresh parameters, as its family draws them. Same seed, same model. */
export function freshSeq2Seq(config: Seq2SeqConfig, { seed }: { seed: number }): Seq2Seq {
  const key: Key = randomKey(seed, 'initialise');
  return createSeq2Seq(config, new Parameters(seq2seqSpecs(config), (spec) => freshValues(spec, key, config.initializerRange)));
}

/** The first layer's table of relative positions serves all layers of its side: [1, A, queries, keys]. */
export function positionBias({ family, relative }: Seq2SeqConfig, parameters: Parameters, side: Side, lengths: { queries: number; keys: number }): tf.Tensor | undefined {
  const module = seq2seqFamilies[family].names.relative?.(side);
  return relative === undefined || module === undefined ? undefined : relativeBias(parameters.get(`${module}.weight`), lengths, { ...relative, bothWays: side === 'encoder' });
}

/** Where a family norms what the last layer gives. */
export function normedLast({ family, normEpsilon, hiddenDropout }: Seq2SeqConfig, parameters: Parameters, side: Side, last: tf.Tensor, mode: Mode): tf.Tensor {
  const module = seq2seqFamilies[family].names.finalNorm?.(side);
  return module === undefined ? last : dropout(rmsNorm(last, parameters.get(`${module}.weight`), normEpsilon), dropoutAt(mode, 'last', hiddenDropout));
}

interface Passed {
  readonly ids: tf.Tensor2D;
  readonly bias: tf.Tensor;
  readonly mode: Mode;
  readonly memory?: Surroundings['memory'];
  readonly own?: AttentionWants;
  readonly across?: AttentionWants;
  readonly preActivations?: readonly number[] | undefined;
}

/** One side, from ids to its last hidden states, which stand in the place of the last layer's output. */
export function passSide(config: Seq2SeqConfig, parameters: Parameters, side: Side, { ids, bias, mode: whole, memory, own = {}, across = {}, preActivations }: Passed): LayerStates {
  const mode = modeOf(whole, side);
  const options = layerOptions(config, side);
  const length = ids.shape[1];
  const weights = layerWeights(config, parameters, side);
  const surroundings = { positionBias: positionBias(config, parameters, side, { queries: length, keys: length }), memory };
  const states = stack(tf.tidy(() => embedSide(config, parameters, side, { ids }, mode)), weights.map((layer) => transformerLayer(layer, options, surroundings)), {
    bias,
    mode,
    ...askedOf(own, weights.length),
    cross: askedOf(across, weights.length),
    preActivations: counted(preActivations, weights.length),
  });
  const hidden = [...states.hidden.slice(0, -1), tf.tidy(() => normedLast(config, parameters, side, states.hidden.at(-1)!, mode))];
  return { ...states, hidden };
}

function forward(config: Seq2SeqConfig, parameters: Parameters, batch: Batch, wants: Wants, mode: Mode): ModelOutput {
  checkLayers(config, wants);
  const foreign = (['members', 'classWeights', 'pooled', 'cls', 'sentence'] as const).find((name) => wants[name] !== undefined);
  if (foreign !== undefined) throw new Error(`an encoder-decoder has no ${foreign}`);
  const sourceBias = attentionBias(batch.mask);
  const own = { scores: wants.encoderScores, attention: wants.encoderAttention, qkv: wants.encoderQkv };
  const source = passSide(config, parameters, 'encoder', { ids: batch.inputIds, bias: sourceBias, mode, own });
  const { scores: encoderScores, attention: encoderAttention, qkv: encoderQkv } = attentionSaid(source.attention, own);
  const said: ModelOutput = {
    ...(wants.encoderHidden && { encoderHidden: picked(wants.encoderHidden, (layer) => source.hidden.at(layer)) }),
    ...(encoderScores && { encoderScores }),
    ...(encoderAttention && { encoderAttention }),
    ...(encoderQkv && { encoderQkv }),
  };
  if (Object.keys(wants).every((name) => name.startsWith('encoder'))) return said;
  return { ...said, ...targetSaid(config, parameters, batch, { states: source.hidden.at(-1)!, bias: sourceBias }, wants, mode) };
}

/** What the decoder says, which sees the source's last hidden states. */
function targetSaid(config: Seq2SeqConfig, parameters: Parameters, { rows, target }: Batch, memory: NonNullable<Surroundings['memory']>, wants: Wants, mode: Mode): ModelOutput {
  if (target === undefined) throw new Error('an encoder-decoder learns from pairs of texts, but the batch holds sources alone: encode the corpus with its targets');
  if (target.inputIds.shape[0] !== rows) throw new Error(`a batch of ${rows} sources has ${target.inputIds.shape[0]} targets`);
  const across = { scores: wants.crossScores, attention: wants.crossAttention, qkv: wants.crossQkv };
  const { hidden, attention, cross, preActivations } = passSide(config, parameters, 'decoder', { ids: target.inputIds, bias: causalBias(target.width), mode, memory, own: wants, across, preActivations: wants.preActivations });
  const { scores: crossScores, attention: crossAttention, qkv: crossQkv } = attentionSaid(cross, across);
  return {
    ...(wants.hidden && { hidden: picked(wants.hidden, (layer) => hidden.at(layer)) }),
    ...attentionSaid(attention, wants),
    ...(crossScores && { crossScores }),
    ...(crossAttention && { crossAttention }),
    ...(crossQkv && { crossQkv }),
    ...(wants.preActivations && { preActivations: picked(wants.preActivations, (layer) => preActivations.at(layer)) }),
    ...productSaid(config, parameters, hidden.at(-1)!, wants),
  };
}
