/**
 * The one doorway to TensorFlow.js: its functional API with gradients registered. Everything else in the house imports tensors
 * from here, so that the library stays replaceable. It chooses no backend: that is `useEngine`'s work.
 */
import '@tensorflow/tfjs-core'; // first: the copy loaded first makes the tensors, and only the whole library gives them their methods
import '#gradients';

export * from '@tensorflow/tfjs-core';
