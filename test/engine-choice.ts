/** What RETORT_TEST_ENGINE and RETORT_TEST_PRECISION ask the suites to run on; `engine-under-test.ts` starts it. */
import type { EngineName } from '../src/engine/engine.ts';
import type { Precision } from '../src/engine/options.ts';

export const engineUnderTest = (process.env.RETORT_TEST_ENGINE ?? 'wasm') as EngineName;
export const precisionUnderTest = (process.env.RETORT_TEST_PRECISION ?? 'fp32') as Precision;
/** LibTorch's kernels alone, on the CPU: what runs on CUDA. */
export const kernelsUnderTest = process.env.RETORT_TEST_KERNELS === 'library' ? 'library' : 'own';
export const onCuda = process.env.RETORT_TEST_DEVICE?.startsWith('cuda') === true;
/** Whether replays are to be launched by the device. */
export const capturesUnderTest = process.env.RETORT_TEST_REPLAY !== 'no' && (process.env.RETORT_TEST_REPLAY === 'captured' || onCuda);
export const replayUnderTest = process.env.RETORT_TEST_REPLAY === 'captured' ? 'captured' : process.env.RETORT_TEST_REPLAY !== 'no';
/** On a device an operation does not look at numbers, since that would wait for it; nor does it where that is rehearsed. */
export const looksUnderTest = !onCuda && !(kernelsUnderTest === 'library' && replayUnderTest === 'captured');
