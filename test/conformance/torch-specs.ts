/** Runs the op specs on the native engine, on RETORT_TEST_DEVICE or the CPU; started as a user starts it, unless what runs on a device is rehearsed. */
import { engineCalls, useEngine } from '../../src/engine/engine.ts';
import { TorchBackend } from '../../src/engine/torch/backend.ts';
import { kernelsUnderTest, looksUnderTest } from '../engine-choice.ts';
import { runSpecs } from './spec-run.ts';

await useEngine('torch', { device: process.env.RETORT_TEST_DEVICE, kernels: kernelsUnderTest, ...(!looksUnderTest && { replay: 'captured' }) });
await runSpecs({ backendName: 'torch', backendClass: TorchBackend, nativeCalls: () => engineCalls().native, fallbackCalls: () => engineCalls().fallback });
