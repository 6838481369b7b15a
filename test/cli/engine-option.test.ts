import test from 'ava';
import { z } from 'zod';
import { engineLine, engineSettings, markLine, startEngine, withThreads } from '../../src/cli/engine-option.ts';
import { overrideSettings } from '../../src/cli/settings.ts';
import type { EngineFacts } from '../../src/engine/engine.ts';
import { openRecorder } from './in-process.ts';

const facts: EngineFacts = { engine: 'wasm', what: '', device: 'cpu', precision: 'fp32', threads: 1, tfjs: '4.22.0', devices: ['cpu'], precisions: ['fp32'], passedOver: [] };

test('one line says what was taken, and why not what is preferred', (t) => {
  t.is(engineLine(facts), 'engine wasm: cpu, fp32, 1 thread');
  t.is(engineLine({ ...facts, engine: 'torch', precision: 'bf16', threads: 2, library: 'LibTorch 2.13.0 (AVX512)' }), 'engine torch: cpu, bf16, 2 threads, LibTorch 2.13.0 (AVX512)');
  t.is(engineLine({ ...facts, passedOver: ['torch: it is not built here: build it\nmore'] }), 'engine wasm: cpu, fp32, 1 thread; passed over torch: it is not built here: build it');
  t.is(markLine({ engine: 'torch', device: 'cuda:1', precision: 'bf16' }), 'torch (cuda:1, bf16)');
  t.is(markLine({ engine: 'torch', device: 'cpu', precision: 'fp32', threads: 2 }), 'torch (cpu, fp32, 2 threads)');
});

test.serial('threads nobody names are those of OMP_NUM_THREADS, never more than there are processors', (t) => {
  const before = process.env.OMP_NUM_THREADS;
  try {
    process.env.OMP_NUM_THREADS = '1';
    t.deepEqual(withThreads({ device: 'cpu' }), { device: 'cpu', precision: undefined, threads: 1, environment: process.env });
    t.is(withThreads({ threads: 3 }).threads, 3);
    process.env.OMP_NUM_THREADS = '100000';
    t.true((withThreads({}).threads ?? 0) < 100_000);
    delete process.env.OMP_NUM_THREADS;
    t.is(withThreads({}).threads, undefined);
  } finally {
    if (before !== undefined) process.env.OMP_NUM_THREADS = before;
  }
});

test('a recipe takes the same settings', (t) => {
  const schema = z.strictObject({ ...engineSettings, steps: z.int().default(3) });
  t.deepEqual(overrideSettings(schema, []), { engine: 'auto', precision: 'fp32', steps: 3 });
  t.deepEqual(overrideSettings(schema, ['engine=torch', 'device=cuda:1', 'precision=bf16', 'threads=2']), { engine: 'torch', device: 'cuda:1', precision: 'bf16', threads: 2, steps: 3 });
  t.throws(() => overrideSettings(schema, ['device=gpu']), { message: /cpu or cuda:N/ });
  t.throws(() => overrideSettings(schema, ['engine=steam']), { message: /"torch"\|"wasm"/ });
});

test.serial('an engine that cannot do what is asked is refused; one that starts is told', async (t) => {
  const { console, heard } = openRecorder();
  await t.throwsAsync(startEngine(console, { engine: 'wasm', precision: 'bf16' }), { message: /the wasm engine computes in fp32, not in bf16/ });
  await t.throwsAsync(startEngine(console, { engine: 'wasm', device: 'cuda:0' }), { message: /the wasm engine runs on cpu, not on cuda:0/ });
  t.deepEqual(heard.noted, []);
  await startEngine(console, { engine: 'wasm', threads: 8 });
  t.deepEqual(heard.noted, ['engine wasm: cpu, fp32, 1 thread']);
});
