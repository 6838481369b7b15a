/**
 * A model: a configuration, its parameters, and one forward pass that says exactly what it is asked for. It knows no loss and
 * no teacher.
 */
import type { Batch } from '../engine/batch.ts';
import { embedding } from '../engine/fused/embedding.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { dropout } from '../engine/fused/dropout.ts';
import { linear } from '../engine/fused/linear.ts';
import { type Key, randomKey } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { activate } from '../nn/activation.ts';
import { attentionBias } from '../nn/attention.ts';
import { type AskedAttention, encode, type EncoderLayer, type EncoderStates } from '../nn/encoder.ts';
import { dropoutAt, type Mode } from '../nn/mode.ts';
import { freshValues, Parameters } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { classifierName, moduleNames } from './module-names.ts';
import type { ModelOutput, OutputOf, QueryKeyValue, Wants } from './output.ts';
import { parameterSpecs } from './parameter-specs.ts';

export interface Model {
  readonly config: EncoderConfig;
  readonly parameters: Parameters;
  /**
   * Runs the model on a batch. Call it inside a `scope` or a sweep, which frees the intermediates.
   * @throws if the batch is longer than the position table, or if something is wanted that this model cannot say.
   */
  forward<W extends Wants>(batch: Batch, wants: W, mode?: Mode): OutputOf<W>;
  dispose(): void;
}

export function createModel(config: EncoderConfig, parameters: Parameters): Model {
  return {
    config,
    parameters,
    forward: <W extends Wants>(batch: Batch, wants: W, mode: Mode = {}) => forward(config, parameters, batch, wants, mode) as OutputOf<W>,
    dispose: () => parameters.dispose(),
  };
}

/** A model with fresh parameters: normal with the configuration's range, zero biases, unit norms. Same seed, same model. */
export function freshModel(config: EncoderConfig, { seed }: { seed: number }): Model {
  const key: Key = randomKey(seed, 'initialise');
  return createModel(config, new Parameters(parameterSpecs(config), (spec) => freshValues(spec, key, config.initializerRange)));
}

function forward(config: EncoderConfig, parameters: Parameters, batch: Batch, wants: Wants, mode: Mode): ModelOutput {
  if (batch.width > config.positions) throw new Error(`a batch is ${batch.width} tokens long, but the model has only ${config.positions} positions`);
  checkLayers(config, wants);
  const counted = (asked: readonly number[] = []) => new Set(asked.map((layer) => (layer < 0 ? config.layers + layer : layer)));
  const states = encode(tf.tidy(() => embed(config, parameters, batch, mode)), {
    ...config,
    layers: Array.from({ length: config.layers }, (_, index) => layerAt(config, parameters, index)),
    bias: attentionBias(batch.mask),
    mode,
    exposed: counted(wants.attention),
    scored: counted(wants.scores),
    qkv: counted(wants.qkv),
    preActivations: counted(wants.preActivations),
  });
  return { ...statesWanted(states, wants, config.layers), ...headWanted(config, parameters, states, wants, mode) };
}

/** ids [B, T] -> [B, T, H]: word + position (+ token type), norm, dropout. */
function embed(config: EncoderConfig, parameters: Parameters, batch: Batch, mode: Mode): tf.Tensor {
  const { embeddings } = moduleNames[config.family];
  const words = embedding(parameters.get(`${embeddings}.word_embeddings.weight`), batch.inputIds, { padId: config.padId });
  const positions = tf.slice(parameters.get(`${embeddings}.position_embeddings.weight`), [0, 0], [batch.width, config.width]); // [T, H]
  const placed = tf.add(words, positions);
  const sum = config.typeVocabulary > 0 ? tf.add(placed, embedding(parameters.get(`${embeddings}.token_type_embeddings.weight`), batch.typeIds)) : placed;
  const normed = layerNorm(sum, { ...parameters.pair(`${embeddings}.LayerNorm`), epsilon: config.normEpsilon });
  return dropout(normed, dropoutAt(mode, 'embeddings', config.hiddenDropout));
}

function layerAt(config: EncoderConfig, parameters: Parameters, index: number): EncoderLayer {
  const names = moduleNames[config.family];
  const pair = (module: string) => parameters.pair(`${names.layers}.${index}.${module}`);
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

function firstToken(hidden: tf.Tensor): tf.Tensor {
  const [rows = 0, , width = 0] = hidden.shape;
  return tf.reshape(tf.slice(hidden, [0, 0, 0], [rows, 1, width]), [rows, width]); // [B, T, H] -> [B, H]
}

function statesWanted({ hidden, attention, preActivations }: EncoderStates, wants: Wants, depth: number): ModelOutput {
  const pick = <T>(layers: readonly number[], of: (layer: number) => T | undefined) =>
    new Map(layers.flatMap((layer) => {
      const value = of(layer);
      return value === undefined ? [] : [[layer, value] as const];
    }));
  return {
    ...(wants.hidden && { hidden: pick(wants.hidden, (layer) => hidden.at(layer)) }),
    ...(wants.cls && { cls: pick(wants.cls, (layer) => given(hidden.at(layer), firstToken)) }),
    ...(wants.scores && { scores: pick(wants.scores, (layer) => attention.at(layer)?.scores) }),
    ...(wants.attention && { attention: pick(wants.attention, (layer) => attention.at(layer)?.probabilities) }),
    ...(wants.qkv && { qkv: pick(wants.qkv, (layer) => given(attention.at(layer), queryKeyValue)) }),
    ...(wants.preActivations && { preActivations: pick(wants.preActivations, (layer) => preActivations.get(layer < 0 ? depth + layer : layer)) }),
  };
}

function given<T, U>(value: T | undefined, of: (value: T) => U): U | undefined {
  return value === undefined ? undefined : of(value);
}

/** Only these: what else attention left would be kept with them. */
function queryKeyValue({ query, key, value }: AskedAttention): QueryKeyValue | undefined {
  return query && key && value && { query, key, value };
}

function headWanted(config: EncoderConfig, parameters: Parameters, { hidden }: EncoderStates, wants: Wants, mode: Mode): ModelOutput {
  const last = hidden.at(-1);
  const asked = wants.logits ?? wants.members ?? wants.classWeights ?? wants.pooled ?? wants.headInput ?? wants.decoder;
  if (last === undefined || asked === undefined) return {};
  const names = moduleNames[config.family];
  if (config.task === 'none' && wants.logits) throw new Error('a bare encoder has no logits: load it with a task');
  if (config.task === 'none' && config.family === 'distilbert' && wants.pooled) throw new Error('a bare DistilBERT has no pooled output');
  if (config.task === 'none' || config.task === 'masked-lm') {
    if (wants.members) throw new Error('only classifiers speak as members of an ensemble');
    if (wants.classWeights) throw new Error('only classifiers have class weights');
  }
  if (config.task === 'masked-lm') {
    if (wants.pooled) throw new Error('a masked-LM model has no pooled output');
    const transformed = activate(linear(last, parameters.pair(names.languageTransform)), config.activation);
    const headInput = layerNorm(transformed, { ...parameters.pair(names.languageNorm), epsilon: config.normEpsilon });
    const decoder = { weight: parameters.get(`${names.embeddings}.word_embeddings.weight`), bias: parameters.get(names.languageBias) };
    return {
      ...(wants.headInput && { headInput }),
      ...(wants.decoder && { decoder: { input: headInput, ...decoder } }),
      ...(wants.logits && { logits: linear(headInput, decoder) }),
    };
  }
  if (wants.headInput ?? wants.decoder) throw new Error('only a masked-LM model has a decoder');
  const pooled = activate(linear(firstToken(last), parameters.pair(names.head)), names.headActivation);
  if (config.task === 'none') return { pooled };
  const classifier = parameters.pair(classifierName);
  const logits = wants.logits ?? wants.members ? linear(dropout(pooled, dropoutAt(mode, 'pooled', config.classifierDropout)), classifier) : undefined;
  return {
    ...(wants.pooled && { pooled }),
    ...(wants.logits && logits && { logits }),
    ...(wants.members && logits && { members: tf.expandDims(logits, 0) }), // [B, C] -> [1, B, C]
    ...(wants.classWeights && { classWeights: tf.clone(classifier.weight) }), // the model keeps its own
  };
}

/** @throws for a layer that a model of so many has not. */
export function checkLayers({ layers }: Pick<EncoderConfig, 'layers'>, wants: Wants): void {
  const check = (what: string, asked: readonly number[] | undefined, last: number) => {
    const beyond = asked?.find((layer) => !Number.isInteger(layer) || layer < -last - 1 || layer > last);
    if (beyond !== undefined) throw new Error(`${what} of layer ${beyond} are wanted, but the model's run from 0 to ${last}`);
  };
  check('hidden states', wants.hidden, layers);
  check('first-token states', wants.cls, layers);
  check('scores', wants.scores, layers - 1);
  check('attention probabilities', wants.attention, layers - 1);
  check('queries, keys and values', wants.qkv, layers - 1);
  check('feed-forward pre-activations', wants.preActivations, layers - 1);
}
