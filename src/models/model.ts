/**
 * A model: a configuration, its parameters, and one forward pass that says exactly what it is asked for. It knows no loss and
 * no teacher.
 */
import type { Batch } from '../engine/batch.ts';
import { type Key, randomKey } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { attentionBias } from '../nn/attention.ts';
import { type AskedAttention, type EncoderStates, stack } from '../nn/layer-stack.ts';
import { meanOfTokens } from '../nn/mean-pooling.ts';
import type { Mode } from '../nn/mode.ts';
import { freshValues, Parameters } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import type { Dimensions } from './dimensions.ts';
import { embed } from './embeddings.ts';
import type { ModelFacts } from './facts.ts';
import { firstToken, headWanted } from './heads.ts';
import { layersOf } from './layers.ts';
import type { ModelOutput, OutputOf, QueryKeyValue, Wants } from './output.ts';
import { parameterSpecs } from './parameter-specs.ts';

/** An encoder, unless said; whoever takes any model says `Model<ModelFacts>`. */
export interface Model<C extends ModelFacts = EncoderConfig> {
  readonly config: C;
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
  const states = stack(tf.tidy(() => embed(config, parameters, batch, mode)), layersOf(config, parameters), {
    bias: attentionBias(batch.mask),
    mode,
    exposed: counted(wants.attention),
    scored: counted(wants.scores),
    qkv: counted(wants.qkv),
    preActivations: counted(wants.preActivations),
  });
  const last = states.hidden.at(-1);
  return { ...statesWanted(states, wants, config.layers), ...(last && wants.sentence && { sentence: tf.tidy(() => meanOfTokens(last, batch.mask)) }), ...(last && headWanted(config, parameters, last, wants, mode)) };
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

/** @throws for a layer that a model of so many has not, and for what a model of its kind never says. */
export function checkLayers({ layers, family, says }: Dimensions & Partial<Pick<ModelFacts, 'family' | 'says'>>, wants: Wants): void {
  const beyond = says && (Object.keys(wants) as (keyof Wants)[]).filter((want) => wants[want] !== undefined && !says.includes(want));
  if (beyond !== undefined && beyond.length > 0) throw new Error(`${beyond.join(', ')} are wanted, but a model of family ${family ?? 'unknown'} says ${says?.join(', ')} alone`);
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
