/**
 * Scaled dot-product attention with padded keys masked and dropout on the probabilities: softmax(Q Kᵀ / √D + bias) V.
 * Vaswani et al. 2017, equation 1. It keeps no raw scores: where an objective asks for them, `nn/attention.ts` takes the
 * unfused way.
 */
import * as tf from '../tf.ts';
import { type Dropout, dropout as applyDropout, dropoutAttributes, dropoutOf } from './dropout.ts';
import { type Attributes, type FusedOp, isRecording, present, runFused } from './fused-op.ts';

const name = 'RetortAttention';
const gradientName = 'RetortAttentionGradient';

export interface AttentionOptions {
  /** Added to the scaled scores before the softmax, broadcast to [B, A, T, S]: 0 at keys that may be seen, very negative elsewhere. */
  readonly bias: tf.Tensor;
  readonly scale: number;
  readonly dropout?: Dropout | undefined;
}

/** query [B, A, T, D], key and value [B, A, S, D] -> context [B, A, T, D]. */
export function attention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, { bias, scale, dropout }: AttentionOptions): tf.Tensor {
  const attributes: Attributes = { scale, gradient: isRecording(), ...dropoutAttributes(dropout) };
  const [context, left] = runFused<tf.Tensor[]>(name, { query, key, value, bias }, attributes);
  present(left, 'what the gradient wants').dispose(); // the tape keeps its own reference
  return present(context, 'context');
}

function swapLast(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [0, 1, 3, 2]);
}

/** -> [context, what the gradient wants back]: here the probabilities before dropout; an engine that computes them again keeps less. */
export const attentionOp: FusedOp = {
  name,
  composite: (inputs, attributes) => {
    const [query, key] = [present(inputs.query, 'query'), present(inputs.key, 'key')];
    const scores = tf.mul(tf.matMul(query, swapLast(key)), Number(attributes.scale)); // [B, A, T, S]
    const probabilities = tf.softmax(tf.add(scores, present(inputs.bias, 'bias')));
    return [tf.matMul(applyDropout(probabilities, dropoutOf(attributes)), present(inputs.value, 'value')), probabilities];
  },
  publicOutputs: 1,
  gradient: {
    inputsToSave: ['query', 'key', 'value', 'bias'],
    outputsToSave: [false, true],
    gradFunc: (dy, saved, attributes) => {
      const [query, key, value, bias, left] = saved;
      const inputs = {
        dy: present((dy as tf.Tensor[])[0], 'dy'),
        query: present(query, 'query'),
        key: present(key, 'key'),
        value: present(value, 'value'),
        bias: present(bias, 'bias'),
        left: present(left, 'what the forward pass left'),
      };
      const [dquery, dkey, dvalue] = runFused<tf.Tensor[]>(gradientName, inputs, attributes as Attributes);
      return {
        query: () => present(dquery, 'dquery'),
        key: () => present(dkey, 'dkey'),
        value: () => present(dvalue, 'dvalue'),
        bias: () => tf.zerosLike(present(bias, 'bias')), // a mask: nothing trains through it
      };
    },
  },
};

/** (dy, query, key, value, bias, what the forward pass left) -> [dquery, dkey, dvalue] */
export const attentionGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs, attributes) => {
    const [dy, query, key] = [present(inputs.dy, 'dy'), present(inputs.query, 'query'), present(inputs.key, 'key')];
    const [value, probabilities] = [present(inputs.value, 'value'), present(inputs.left, 'probabilities')];
    const dvalue = tf.matMul(swapLast(applyDropout(probabilities, dropoutOf(attributes))), dy);
    const dprobabilities = applyDropout(tf.matMul(dy, swapLast(value)), dropoutOf(attributes));
    const weighted = tf.mul(dprobabilities, probabilities);
    const dscores = tf.mul(
      tf.sub(weighted, tf.mul(probabilities, tf.sum(weighted, -1, true))),
      Number(attributes.scale),
    ); // [B, A, T, S]
    return [tf.matMul(dscores, key), tf.matMul(swapLast(dscores), query), dvalue];
  },
};
