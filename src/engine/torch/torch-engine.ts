/**
 * The native engine: LibTorch behind a TensorFlow.js backend. On the CPU and on CUDA; in float32, or with activations and matrix
 * products in bfloat16.
 */
import { availableParallelism } from 'node:os';
import { installCpuFallback } from '../cpu-fallback.ts';
import { type EngineOptions, precisions, type StartedEngine } from '../options.ts';
import * as tf from '../tf.ts';
import { loadAddon, operationPlaces } from './addon.ts';
import { TorchBackend } from './backend.ts';
import { fusedKernels } from './fused-kernels.ts';
import { plainKernels, registerKernels } from './kernels.ts';
import { torchReplayer } from './torch-replayer.ts';

const backendName = 'torch';
const mostThreads = 1024;

/** Loads the addon and makes its backend the current one. @throws if it is not built here, or the device or so many threads are not there. */
export async function startTorch({ device = 'cpu', precision = 'fp32', threads = Math.min(availableParallelism(), mostThreads), kernels: whose = 'own', replay = false }: EngineOptions): Promise<StartedEngine> {
  if (!/^(cpu|cuda(:\d+)?)$/.test(device)) throw new Error(`the device is cpu or cuda:N, not ${device}`);
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) throw new Error(`threads: a whole number from 1 to ${mostThreads} is wanted, not ${threads}`);
  const addon = loadAddon();
  const kernels = [...plainKernels, ...fusedKernels];
  const places = operationPlaces(addon.facts(), ['Contiguous', ...kernels.filter((kernel) => kernel.share === undefined).map(({ name, operation }) => operation ?? name)]);
  addon.configure(device, threads, precision === 'bf16' ? 1 : 0, whose === 'own' ? 1 : 0, replay === 'captured' ? 1 : 0);
  const backend = new TorchBackend({ addon, places, asynchronous: device !== 'cpu' });
  tf.registerBackend(backendName, () => backend, 0);
  registerKernels(backendName, kernels);
  await installCpuFallback(backendName, ({ dataId }) => backend.hostCopy(dataId), { typeless: ['Identity', 'Reshape', 'ExpandDims'] });
  if (!(await tf.setBackend(backendName))) throw new Error('the torch backend did not start');
  const { library, buildId, threads: used, capability, cudaDevices } = addon.facts();
  return {
    device, precision, threads: used, library: `LibTorch ${library} (${capability})`, buildId, precisions,
    devices: ['cpu', ...Array.from({ length: cudaDevices }, (_, index) => `cuda:${index}`)],
    memory: () => {
      const { nowBytes, peakBytes } = addon.memory();
      return nowBytes === 0 && peakBytes === 0 ? undefined : { nowBytes, peakBytes };
    },
    ...(replay !== false && { replayer: torchReplayer(addon, backend, { captures: replay === 'captured' || device !== 'cpu' }) }),
    nativeCalls: () => backend.calls,
  };
}
