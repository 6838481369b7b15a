import test from 'ava';
import { knownDevice, requireDevice, tellingTensorFlow, type Variables } from '../../../src/engine/tensorflow/device.ts';

/** What TensorFlow would see. */
const told = (variables: Variables, device: string, threads = 2): Variables => tellingTensorFlow(variables, { device, threads }, () => ({ ...variables }));

test('device, threads and growth are told by TensorFlow\'s own variables, for the time of loading', (t) => {
  const variables: Variables = { HOME: '/home', TF_NUM_INTRAOP_THREADS: '7' };
  t.deepEqual(told(variables, 'cuda:1', 3), { HOME: '/home', CUDA_VISIBLE_DEVICES: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: '3' });
  t.deepEqual(variables, { HOME: '/home', TF_NUM_INTRAOP_THREADS: '7' });
  t.is(told({}, 'cpu').CUDA_VISIBLE_DEVICES, '-1');
  t.throws(() => tellingTensorFlow(variables, { device: 'cpu', threads: 1 }, () => { throw new Error('it does not load'); }), { message: 'it does not load' });
  t.deepEqual(variables, { HOME: '/home', TF_NUM_INTRAOP_THREADS: '7' });
});

test('what the user has set stays: growth, messages, and which GPUs there are to count', (t) => {
  t.like(told({ TF_FORCE_GPU_ALLOW_GROWTH: 'false', TF_CPP_MIN_LOG_LEVEL: '0' }, 'cpu'), { TF_FORCE_GPU_ALLOW_GROWTH: 'false', TF_CPP_MIN_LOG_LEVEL: '0' });
  t.is(told({ CUDA_VISIBLE_DEVICES: '2, GPU-8f3a' }, 'cuda:0').CUDA_VISIBLE_DEVICES, '2');
  t.is(told({ CUDA_VISIBLE_DEVICES: '2, GPU-8f3a' }, 'cuda:1').CUDA_VISIBLE_DEVICES, 'GPU-8f3a');
  for (const none of ['', '-1']) t.throws(() => told({ CUDA_VISIBLE_DEVICES: none }, 'cuda:0'), { message: /leaves 0 GPUs visible, so there is no cuda:0/ });
  t.throws(() => told({ CUDA_VISIBLE_DEVICES: '0' }, 'cuda:1'), { message: 'CUDA_VISIBLE_DEVICES=0 leaves 1 GPUs visible, so there is no cuda:1: name another device, or unset it' });
});

test('another device than was asked for is refused', (t) => {
  const facts = { onGpu: false, cuda: true, told: true };
  t.notThrows(() => { requireDevice('cpu', facts); });
  t.notThrows(() => { requireDevice('cpu', { onGpu: false, cuda: false, told: false }); });
  t.notThrows(() => { requireDevice('cuda:3', { ...facts, onGpu: true }); });
  t.throws(() => { requireDevice('cuda:0', facts); }, { message: /^TensorFlow found no GPU it can use for cuda:0 and fell back to the CPU: / });
  t.throws(() => { requireDevice('cuda:0', { ...facts, cuda: false }); }, { message: /built against a TensorFlow for the CPU, so there is no cuda:0: pip install/ });
  t.throws(() => { requireDevice('cpu', { ...facts, onGpu: true }); }, { message: /on a GPU though the CPU was asked for/ });
  for (const device of ['cuda:0', 'cpu']) t.throws(() => { requireDevice(device, { onGpu: true, cuda: true, told: false }); }, { message: /environment: process\.env/ });
  t.throws(() => { knownDevice('tpu:0'); }, { message: /not tpu:0/ });
});
