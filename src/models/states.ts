/**
 * What a stack of layers is asked for and then says, as names and layers of `Wants`: layers counted from the end are found, and the answer
 * stands under the number that was asked for.
 */
import type * as tf from '../engine/tf.ts';
import type { AskedAttention, AskedOfAttention } from '../nn/layer-stack.ts';
import type { EncoderConfig } from './config.ts';
import type { Dimensions } from './dimensions.ts';
import type { ModelFacts } from './facts.ts';
import type { QueryKeyValue, Wants } from './output.ts';

/** Layers from 0, of a stack of so many. */
export function counted(asked: readonly number[] = [], layers: number): Set<number> {
  return new Set(asked.map((layer) => (layer < 0 ? layers + layer : layer)));
}

export interface AttentionWants {
  readonly scores?: readonly number[] | undefined;
  readonly attention?: readonly number[] | undefined;
  readonly qkv?: readonly number[] | undefined;
}

export function askedOf({ scores, attention, qkv }: AttentionWants, layers: number): AskedOfAttention {
  return { exposed: counted(attention, layers), scored: counted(scores, layers), qkv: counted(qkv, layers) };
}

/** Whether of the last layer, its attention aside, nothing is asked for but what its first token says. */
export function asksFirstAlone({ task, layers }: Pick<EncoderConfig, 'task' | 'layers'>, { sentence, headInput, decoder, hidden, preActivations }: Wants): boolean {
  const readsAll = task === 'masked-lm' || (sentence ?? headInput ?? decoder) !== undefined;
  return !readsAll && !counted(hidden, layers + 1).has(layers) && !counted(preActivations, layers).has(layers - 1);
}

/** Whether attention of the last layer is asked for. */
export function asksLastAttention({ layers }: Pick<EncoderConfig, 'layers'>, { scores, attention, qkv }: Wants): boolean {
  return [scores, attention, qkv].some((asked) => counted(asked, layers).has(layers - 1));
}

/** What is there of the layers asked for. */
export function picked<T>(layers: readonly number[], of: (layer: number) => T | undefined): ReadonlyMap<number, T> {
  return new Map(layers.flatMap((layer) => {
    const value = of(layer);
    return value === undefined ? [] : [[layer, value] as const];
  }));
}

export function attentionSaid(states: readonly AskedAttention[], { scores, attention, qkv }: AttentionWants): { scores?: ReadonlyMap<number, tf.Tensor>; attention?: ReadonlyMap<number, tf.Tensor>; qkv?: ReadonlyMap<number, QueryKeyValue> } {
  return {
    ...(scores && { scores: picked(scores, (layer) => states.at(layer)?.scores) }),
    ...(attention && { attention: picked(attention, (layer) => states.at(layer)?.probabilities) }),
    ...(qkv && { qkv: picked(qkv, (layer) => queryKeyValue(states.at(layer) ?? {})) }),
  };
}

/** Only these: what else attention left would be kept with them. */
function queryKeyValue({ query, key, value }: AskedAttention): QueryKeyValue | undefined {
  return query && key && value && { query, key, value };
}

/** @throws for a layer that a model of so many has not, and for what a model of its kind never says. */
export function checkLayers({ layers, encoderLayers, family, says }: Dimensions & Partial<Pick<ModelFacts, 'family' | 'says'>>, wants: Wants): void {
  const never = says === undefined ? [] : (Object.keys(wants) as (keyof Wants)[]).filter((want) => wants[want] !== undefined && !says.includes(want));
  if (never.length > 0) throw new Error(`${never.join(', ')} are wanted, but a model of family ${family ?? 'unknown'} says ${says?.join(', ')} alone`);
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
  const beside = ['encoderHidden', 'encoderScores', 'encoderAttention', 'encoderQkv', 'crossScores', 'crossAttention', 'crossQkv'] as const;
  const asked = beside.find((name) => wants[name] !== undefined);
  if (asked === undefined) return;
  if (encoderLayers === undefined) throw new Error(`${asked} is wanted, but only an encoder-decoder can say it`);
  check('the encoder\'s hidden states', wants.encoderHidden, encoderLayers);
  check('the encoder\'s scores', wants.encoderScores, encoderLayers - 1);
  check('the encoder\'s attention probabilities', wants.encoderAttention, encoderLayers - 1);
  check('the encoder\'s queries, keys and values', wants.encoderQkv, encoderLayers - 1);
  check('scores across', wants.crossScores, layers - 1);
  check('attention probabilities across', wants.crossAttention, layers - 1);
  check('queries, keys and values across', wants.crossQkv, layers - 1);
}
