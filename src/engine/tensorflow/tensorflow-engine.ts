/**
 * The engine the TensorFlow.js project itself offers for Node, on the TensorFlow of a current Python wheel: CPU and, with the wheel
 * for CUDA, GPU. Float32 only; reads block. Fused operations run by their composites but for a few.
 */
import { availableParallelism } from 'node:os';
import { installCpuFallback } from '../cpu-fallback.ts';
import type { EngineOptions, StartedEngine } from '../options.ts';
import * as tf from '../tf.ts';
import { installAdamW } from './adamw.ts';
import { type Binding, loadBinding } from './binding.ts';
import { knownDevice, requireDevice, tellingTensorFlow } from './device.ts';
import { installDropout } from './dropout.ts';
import { installEmbedding } from './embedding.ts';
import { installMendedKernels } from './mended-kernels.ts';
import { loadNodePackage, type NodeBackend } from './node-package.ts';
import { installProducts } from './products.ts';

const backendName = 'tensorflow';

/** Loads the binding and makes its backend the current one. @throws if it is not built here, or TensorFlow runs on another device than is asked for. */
export async function startTensorFlow({ device = 'cpu', precision = 'fp32', threads = availableParallelism(), environment }: EngineOptions): Promise<StartedEngine> {
  if (precision !== 'fp32') throw new Error(`the tensorflow engine computes in fp32, not in ${precision}: the torch engine has bf16 (retort doctor)`);
  knownDevice(device);
  const { binding: raw, facts, require } = environment === undefined ? loadBinding() : tellingTensorFlow(environment, { device, threads }, loadBinding);
  requireDevice(device, { onGpu: raw.isUsingGpuDevice(), cuda: facts.cuda, told: environment !== undefined });
  const { binding, calls } = counted(raw);
  const NodeJSKernelBackend = loadNodePackage(require, facts.package);
  // A factory that makes it anew: TensorFlow.js's own specs ask for one per suite.
  tf.registerBackend(backendName, () => ownValues(new NodeJSKernelBackend(binding, facts.package)), 0);
  const natively = tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName);
  await installCpuFallback(backendName, hostCopy, { typeless: natively });
  if (!(await tf.setBackend(backendName))) throw new Error('the backend of @tensorflow/tfjs-node did not start');
  if (!(tf.backend() instanceof NodeJSKernelBackend)) throw new Error(`another backend answers to the name ${backendName}: ${tf.backend().constructor.name}`);
  for (const install of [installMendedKernels, installAdamW, installDropout, installEmbedding, installProducts]) install();
  return {
    device, precision, threads, library: `TensorFlow ${binding.TF_Version}${facts.cuda ? ' for CUDA' : ''}`,
    ...(facts.cuda && device === 'cpu' && { untriedDevices: ['cuda:0'] }), // its GPUs are hidden from a TensorFlow that is to run on the CPU
    nativeCalls: calls,
  };
}

/** The backend shares the arrays that tensors are made of with TensorFlow, so what a caller did to them later would change the tensors: it is given copies. */
function ownValues(backend: NodeBackend): NodeBackend {
  const move = backend.move.bind(backend);
  backend.move = (dataId, values, ...rest) => { move(dataId, values.slice(), ...rest); };
  return backend;
}

/** The values of a tensor, copied. */
function hostCopy(tensor: tf.TensorInfo): tf.backend_util.BackendValues {
  const backend = tf.backend() as NodeBackend;
  const [id] = backend.getInputTensorIds([tensor]); // uploads it, where that was not done yet
  return backend.binding.tensorDataSync(id!);
}

/** The same binding with a count of the operations it was asked for. */
function counted(binding: Binding): { binding: Binding; calls: () => number } {
  let calls = 0;
  const executeOp: Binding['executeOp'] = (name, attributes, inputs, outputs) => {
    calls++;
    return binding.executeOp(name, attributes, inputs, outputs);
  };
  return { binding: Object.create(binding, { executeOp: { value: executeOp } }) as Binding, calls: () => calls };
}
