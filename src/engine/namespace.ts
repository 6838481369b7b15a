/**
 * TensorFlow.js as one value for the public surface, for objectives of a user's own. A constant and not a re-export: declaration
 * bundlers turn a re-exported namespace into code.
 */
import './tf.ts';
import * as tfjs from '@tensorflow/tfjs-core';

export const tf: typeof tfjs = tfjs;
