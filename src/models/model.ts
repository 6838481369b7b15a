/**
 * A model: a configuration, its parameters, and one forward pass that says exactly what it is asked for. It knows no loss and
 * no teacher.
 */
import type { Batch } from '../engine/batch.ts';
import { type Key, randomKey } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { attentionBias } from '../nn/attention.ts';
import { stack } from '../nn/layer-stack.ts';
import { meanOfTokens } from '../nn/mean-pooling.ts';
import type { Mode } from '../nn/mode.ts';
import { freshValues, Parameters } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { embed } from './embeddings.ts';
import type { ModelFacts } from './facts.ts';
import { firstToken, headWanted } from './heads.ts';
import { layersOf } from './layers.ts';
import type { ModelOutput, OutputOf, Wants } from './output.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { askedOf, asksFirstAlone, attentionSaid, checkLayers, counted, picked } from './states.ts';

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
  const { hidden, attention, preActivations } = stack(tf.tidy(() => embed(config, parameters, batch, mode)), layersOf(config, parameters), {
    bias: attentionBias(batch.mask),
    mode,
    ...askedOf(wants, config.layers),
    preActivations: counted(wants.preActivations, config.layers),
    firstAlone: asksFirstAlone(config, wants),
  });
  const last = hidden.at(-1)!;
  return {
    ...hiddenSaid(hidden, wants),
    ...attentionSaid(attention, wants),
    ...(wants.preActivations && { preActivations: picked(wants.preActivations, (layer) => preActivations.at(layer)) }),
    ...(wants.sentence && { sentence: tf.tidy(() => meanOfTokens(last, batch.mask)) }),
    ...headWanted(config, parameters, last, wants, mode),
  };
}

function hiddenSaid(states: readonly tf.Tensor[], { hidden, cls }: Wants): ModelOutput {
  const first = (layer: number) => {
    const state = states.at(layer);
    return state && firstToken(state);
  };
  return { ...(hidden && { hidden: picked(hidden, (layer) => states.at(layer)) }), ...(cls && { cls: picked(cls, first) }) };
}
