import test from 'ava';
import { modelFingerprint, modelLabeller } from '../../src/teacher/labeller.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('any bit of any weight, and any number that is computed with, changes the fingerprint; file fields do not', async (t) => {
  const model = tinyModel();
  const original = await modelFingerprint(model);
  t.is(await modelFingerprint(tinyModel()), original);
  const seen = new Set([original]);
  const values = new Map([...(await model.parameters.read())].map(([name, { data }]) => [name, data]));
  for (const [name, data] of values) {
    const bits = new Uint32Array(data.slice().buffer);
    bits[bits.length - 1] = (bits[bits.length - 1] ?? 0) ^ 1;
    model.parameters.assign(new Map([...values, [name, new Float32Array(bits.buffer)]]));
    seen.add(await modelFingerprint(model));
  }
  t.is(seen.size, values.size + 1);
  for (const change of [{ normEpsilon: 1e-6 }, { activation: 'relu' }, { heads: 1 }, { labels: ['yes', 'no', 'perhaps'] }] as const) seen.add(await modelFingerprint(tinyModel(change)));
  t.is(seen.size, values.size + 5);
  t.is(await modelFingerprint(tinyModel({ source: { transformers_version: '5' } })), original);
});

test('a model as labeller: its classes, its states, and the address of its weights', async (t) => {
  const model = tinyModel({ task: 'multi-label' });
  const labeller = await modelLabeller(model, { name: 'Anna' });
  t.like(labeller, { name: 'Anna', task: 'multi-label', labels: ['no', 'perhaps', 'yes'], padId: 0, states: { width: 9, layers: 2 }, fingerprint: await modelFingerprint(model) });
  for (const task of ['masked-lm', 'none'] as const) await t.throwsAsync(modelLabeller(tinyModel({ task, labels: [] })), { message: `class logits need a classifier, not a model of task '${task}'` });
});
