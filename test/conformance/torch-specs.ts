/** Runs the op specs on the native engine, started as a user starts it, on RETORT_TEST_DEVICE or the CPU. */
import { engineCalls, useEngine } from '../../src/engine/engine.ts';
import { TorchBackend } from '../../src/engine/torch/backend.ts';
import { runSpecs } from './spec-run.ts';

await useEngine('torch', { device: process.env.RETORT_TEST_DEVICE });
await runSpecs({ backendName: 'torch', backendClass: TorchBackend, nativeCalls: () => engineCalls().native, fallbackCalls: () => engineCalls().fallback });
