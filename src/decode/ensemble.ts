/**
 * Several decoders that write one translation: at each step the mean of their probabilities decides (Freitag et al., arXiv:1702.01802).
 * They share a vocabulary and the order of the sources; weights are not offered.
 */
import { logSoftmax } from '../engine/fused/log-softmax.ts';
import { scope } from '../engine/memory.ts';
import * as tf from '../engine/tf.ts';
import type { StepDecoder } from './step-decoder.ts';

/** The logits it gives are the logarithms of the mean probabilities. */
export function ensembleDecoder(members: readonly StepDecoder[]): StepDecoder {
  if (members.length === 0) throw new Error('an ensemble needs a decoder at least');
  return {
    step(tokens) {
      const logits: tf.Tensor2D[] = [];
      try {
        for (const member of members) logits.push(member.step(tokens));
        const sizes = new Set(logits.map(({ shape }) => shape[1]));
        if (sizes.size > 1) throw new Error(`the decoders of an ensemble write with vocabularies of ${[...sizes].join(' and ')} tokens: they must share one`);
        return scope(() => {
          const stacked = tf.stack(logits.map((own) => logSoftmax(own))); // [M, R, V]
          const largest = tf.max(stacked, 0, true);
          return tf.add<tf.Tensor2D>(tf.squeeze(largest, [0]), tf.log(tf.mean(tf.exp(tf.sub(stacked, largest)), 0)));
        });
      } finally {
        tf.dispose(logits);
      }
    },
    select(rows) {
      for (const member of members) member.select(rows);
    },
  };
}
