/** Runs the op specs on TensorFlow.js's own CPU backend: what is wrong here is wrong in the harness. */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { runSpecs } from './spec-run.ts';

await runSpecs({ backendName: 'cpu', backendClass: MathBackendCPU, fallbackCalls: () => new Map() });
