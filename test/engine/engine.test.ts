import test from 'ava';
import { engineFacts, type EngineName, engineNames, measureMatMulRate, useEngine } from '../../src/engine/engine.ts';
import * as tf from '../../src/engine/tf.ts';

test.serial('importing chooses nothing: no backend is known before useEngine', async (t) => {
  t.falsy(tf.findBackendFactory('wasm'));
  t.deepEqual(Object.keys(tf.engine().registryFactory), []);
  t.throws(() => engineFacts(), { message: /call useEngine\(\) first/ });
  await t.throwsAsync(measureMatMulRate(), { message: /call useEngine\(\) first/ });
});

test.serial('an unknown engine is named, with those there are', async (t) => {
  for (const name of ['cuda', 'toString', '']) {
    await t.throwsAsync(useEngine(name as EngineName), { message: `no engine is called '${name}'; there are: auto, torch, wasm, tensorflow, webgpu` });
  }
  t.deepEqual(Object.keys(tf.engine().registryFactory), []);
});

test.serial('auto takes the first engine that loads, says so and why not another, and asking again changes nothing', async (t) => {
  t.deepEqual(engineNames, ['torch', 'wasm', 'tensorflow', 'webgpu']);
  const facts = await useEngine('auto');
  t.is(tf.getBackend(), facts.engine);
  if (facts.engine === 'wasm') {
    t.like(facts, { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1, tfjs: '4.22.0' });
    t.regex(facts.passedOver.join(), /^torch: the torch engine/);
  } else {
    t.like(facts, { engine: 'torch', device: 'cpu', precision: 'fp32', tfjs: '4.22.0', passedOver: [] });
  }
  t.is(await useEngine(facts.engine), facts);
  t.is(await useEngine(), facts);
  t.is(engineFacts(), facts);
  await t.throwsAsync(useEngine(facts.engine === 'wasm' ? 'torch' : 'wasm'), { message: /one process keeps one engine/ });
  await t.throwsAsync(useEngine('auto', { device: 'cuda:7' }), { message: /in use with device cpu/ });
  await t.throwsAsync(useEngine('auto', { kernels: 'library' }), { message: /in use with kernels own: one process keeps one engine/ });
  await t.throwsAsync(useEngine('auto', { replay: true }), { message: /in use with replay false: one process keeps one engine/ });
  t.is(await useEngine('auto', { kernels: 'own', replay: false }), facts);
});

test.serial('the multiplication rate is a positive number, and measuring it leaves nothing behind', async (t) => {
  const before = tf.memory().numTensors;
  const rate = await measureMatMulRate({ size: 32, seconds: 0.01 });
  t.true(rate > 0 && Number.isFinite(rate));
  t.is(tf.memory().numTensors, before);
});
