/**
 * A BiLSTM classifier (Tang et al. 2019, section 3.1): word vectors, one LSTM either way, both last states side by side, a layer with ReLU
 * and the classes. Two texts are read by the same LSTM and compared as [a, b, a b, |a - b|]. Names of weights as PyTorch's modules have them.
 */
import type { Batch } from '../../engine/batch.ts';
import { dropout } from '../../engine/fused/dropout.ts';
import { embedding } from '../../engine/fused/embedding.ts';
import { linear } from '../../engine/fused/linear.ts';
import { randomKey } from '../../engine/random.ts';
import * as tf from '../../engine/tf.ts';
import { bilstm, type LstmWeights } from '../../nn/lstm.ts';
import { dropoutAt, type Mode } from '../../nn/mode.ts';
import { freshValues, linearSpecs, Parameters, type ParameterSpec } from '../../nn/parameters.ts';
import type { Model } from '../model.ts';
import type { ModelOutput, OutputOf, Wants } from '../output.ts';
import { checkLayers } from '../states.ts';
import type { BilstmConfig } from './config.ts';

export const words = 'embeddings.weight';

/** Of a direction's weights. */
export const lstmNames = (backwards: boolean) => {
  const name = (what: string) => `lstm.${what}_l0${backwards ? '_reverse' : ''}`;
  return { inputWeight: name('weight_ih'), stateWeight: name('weight_hh'), inputBias: name('bias_ih'), stateBias: name('bias_hh') };
};

/** How wide what the layer with ReLU reads is: the last states, or two of them compared. */
export function readWidth({ units, pairs }: Pick<BilstmConfig, 'units' | 'pairs'>): number {
  return (pairs ? 4 : 1) * 2 * units;
}

export function bilstmSpecs(config: BilstmConfig): ParameterSpec[] {
  const { vocabulary, embeddingWidth, units, width, labels, padId } = config;
  /** As wide as PyTorch's uniform values between ± 1 / √n. */
  const spread = (inputs: number) => ({ deviation: 1 / Math.sqrt(3 * inputs) });
  const direction = (backwards: boolean): ParameterSpec[] => {
    const names = lstmNames(backwards);
    return [
      { name: names.inputWeight, shape: [4 * units, embeddingWidth], initial: spread(units) },
      { name: names.stateWeight, shape: [4 * units, units], initial: spread(units) },
      { name: names.inputBias, shape: [4 * units], initial: 'zeros' },
      { name: names.stateBias, shape: [4 * units], initial: 'zeros' },
    ];
  };
  return [
    { name: words, shape: [vocabulary, embeddingWidth], initial: spread(embeddingWidth), zeroRow: padId },
    ...direction(false),
    ...direction(true),
    ...linearSpecs('dense', width, readWidth(config), spread(readWidth(config))),
    ...linearSpecs('classifier', labels.length, width, spread(width)),
  ];
}

export function createBilstm(config: BilstmConfig, parameters: Parameters): Model<BilstmConfig> {
  return {
    config,
    parameters,
    forward: <W extends Wants>(batch: Batch, wants: W, mode: Mode = {}) => forward(config, parameters, batch, wants, mode) as OutputOf<W>,
    dispose: () => parameters.dispose(),
  };
}

export interface FreshBilstm {
  readonly seed: number;
  /** Word vectors that are known already, by id in the vocabulary: E numbers each. */
  readonly vectors?: ReadonlyMap<number, Float32Array>;
}

/** Fresh weights; same seed, same model. @throws for a word vector of another width, or of an id outside the vocabulary. */
export function freshBilstm(config: BilstmConfig, { seed, vectors = new Map() }: FreshBilstm): Model<BilstmConfig> {
  const key = randomKey(seed, 'initialise');
  return createBilstm(config, new Parameters(bilstmSpecs(config), (spec) => {
    const values = freshValues(spec, key, 0);
    if (spec.name === words) for (const [id, vector] of vectors) setVector(values, config, id, vector);
    return values;
  }));
}

function setVector(table: Float32Array, { vocabulary, embeddingWidth }: BilstmConfig, id: number, vector: Float32Array): void {
  if (vector.length !== embeddingWidth) throw new Error(`a word vector of ${vector.length} numbers does not fit embeddings of ${embeddingWidth}`);
  if (!Number.isInteger(id) || id < 0 || id >= vocabulary) throw new Error(`a word vector is of id ${id}, which lies outside a vocabulary of ${vocabulary}`);
  table.set(vector, id * embeddingWidth);
}

function forward(config: BilstmConfig, parameters: Parameters, batch: Batch, wants: Wants, mode: Mode): ModelOutput {
  checkLayers(config, wants);
  const drop = (x: tf.Tensor, place: string) => dropout(x, dropoutAt(mode, place, config.hiddenDropout));
  const found = drop(embedding(parameters.get(words), batch.inputIds, { padId: config.padId }), 'embeddings'); // [B, T, E]
  const read = config.pairs ? compared(found, batch, parameters) : lastStates(found, batch.mask, parameters); // [B, 2 N] or [B, 8 N]
  const pooled = tf.relu(linear(read, parameters.pair('dense'))); // [B, D]
  const classifier = parameters.pair('classifier');
  const logits = wants.logits ?? wants.members ? linear(drop(pooled, 'pooled'), classifier) : undefined; // [B, C]
  return {
    ...(wants.pooled && { pooled }),
    ...(wants.logits && logits && { logits }),
    ...(wants.members && logits && { members: tf.expandDims(logits, 0) }), // [B, C] -> [1, B, C]
    ...(wants.classWeights && { classWeights: tf.clone(classifier.weight) }), // the model keeps its own
  };
}

function lastStates(x: tf.Tensor, mask: tf.Tensor, parameters: Parameters): tf.Tensor {
  const weights = (backwards: boolean): LstmWeights => {
    const { inputWeight, stateWeight, inputBias, stateBias } = lstmNames(backwards);
    return { inputWeight: parameters.get(inputWeight), stateWeight: parameters.get(stateWeight), inputBias: parameters.get(inputBias), stateBias: parameters.get(stateBias) };
  };
  return bilstm(x, mask, { forwards: weights(false), backwards: weights(true) }).final;
}

/** Tokens of type 0 are the first text, those of type 1 the second: [B, T, E] -> [a, b, a b, |a - b|] [B, 8 N]. */
function compared(x: tf.Tensor, { mask, typeIds, rows }: Batch, parameters: Parameters): tf.Tensor {
  const second = tf.mul(mask, tf.cast(typeIds, 'float32'));
  const both = lastStates(tf.concat([x, x], 0), tf.concat([tf.sub(mask, second), second], 0), parameters); // [2 B, 2 N]
  const width = both.shape[1] ?? 0;
  const [a, b] = [tf.slice(both, [0, 0], [rows, width]), tf.slice(both, [rows, 0], [rows, width])];
  return tf.concat([a, b, tf.mul(a, b), tf.abs(tf.sub(a, b))], 1);
}
