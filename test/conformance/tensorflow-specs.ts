/** Runs the op specs on the tensorflow engine, started as a user starts it, on RETORT_TEST_DEVICE or the CPU. */
import * as tf from '@tensorflow/tfjs-core';
import { engineCalls, useEngine } from '../../src/engine/engine.ts';
import { runSpecs } from './spec-run.ts';

await useEngine('tensorflow', { device: process.env.RETORT_TEST_DEVICE, environment: process.env });
const backendClass = tf.backend().constructor as new () => tf.KernelBackend; // the engine has asserted that it is the package's own
await runSpecs({ backendName: 'tensorflow', backendClass, nativeCalls: () => engineCalls().native, fallbackCalls: () => engineCalls().fallback });
