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
    await t.throwsAsync(useEngine(name as EngineName), { message: `no engine is called '${name}'; there are: auto, wasm` });
  }
  t.deepEqual(Object.keys(tf.engine().registryFactory), []);
});

test.serial('auto takes wasm, says so, and asking again changes nothing', async (t) => {
  const facts = await useEngine('auto');
  t.is(tf.getBackend(), 'wasm');
  t.deepEqual(engineNames, ['wasm']);
  t.like(facts, { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1, tfjs: '4.22.0' });
  t.is(await useEngine('wasm'), facts);
  t.is(await useEngine(), facts);
  t.is(engineFacts(), facts);
});

test.serial('the multiplication rate is a positive number, and measuring it leaves nothing behind', async (t) => {
  const before = tf.memory().numTensors;
  const rate = await measureMatMulRate({ size: 32, seconds: 0.01 });
  t.true(rate > 0 && Number.isFinite(rate));
  t.is(tf.memory().numTensors, before);
});
