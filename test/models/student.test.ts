import test from 'ava';
import { configToJson, parseConfig } from '../../src/models/config-file.ts';
import type { FamilyName } from '../../src/models/config.ts';
import { families } from '../../src/models/families.ts';
import type { Model } from '../../src/models/model.ts';
import { cutConfig, cutStudent } from '../../src/models/student.ts';
import { closeTensors } from '../engine/numbers.ts';
import { bitsOf, tinyBatch, tinyConfig, tinyModel } from './tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const dataOf = async ({ parameters }: Model, name: string) => (await parameters.read()).get(name)?.data;
const bertLayer = ['attention.self.query', 'attention.self.key', 'attention.self.value', 'attention.output.dense', 'attention.output.LayerNorm', 'intermediate.dense', 'output.dense', 'output.LayerNorm'];
const distilbertLayer = ['attention.q_lin', 'attention.k_lin', 'attention.v_lin', 'attention.out_lin', 'sa_layer_norm', 'ffn.lin1', 'ffn.lin2', 'output_layer_norm'];

test('BERT to BERT: layers in the student\'s order, embeddings and head as they were', async (t) => {
  const teacher = tinyModel({ layers: 4 });
  const { model, copiedFrom } = await cutStudent(teacher, { layers: [3, 1] });
  t.is(model.config.layers, 2);
  t.deepEqual([...copiedFrom.keys()].sort(), [...model.parameters.names].sort(), 'everything is copied');
  for (const [index, layer] of [3, 1].entries()) {
    for (const module of bertLayer) for (const part of ['weight', 'bias']) {
      const [name, source] = [`bert.encoder.layer.${index}.${module}.${part}`, `bert.encoder.layer.${layer}.${module}.${part}`];
      t.is(copiedFrom.get(name), source);
      t.deepEqual(await dataOf(model, name), await dataOf(teacher, source));
    }
  }
  for (const name of ['bert.embeddings.word_embeddings.weight', 'bert.embeddings.LayerNorm.bias', 'bert.pooler.dense.weight', 'classifier.bias']) t.deepEqual(await dataOf(model, name), await dataOf(teacher, name));
});

test('BERT to DistilBERT: every part under its other name, the pooler seeds the pre-classifier', async (t) => {
  const teacher = tinyModel({ layers: 3 });
  const { model, copiedFrom } = await cutStudent(teacher, { layers: [0, 2], family: 'distilbert' });
  t.deepEqual([model.config.family, model.config.typeVocabulary, model.config.layers], ['distilbert', 0, 2]);
  for (const [index, layer] of [0, 2].entries()) {
    for (const [m, module] of distilbertLayer.entries()) for (const part of ['weight', 'bias']) {
      const [name, source] = [`distilbert.transformer.layer.${index}.${module}.${part}`, `bert.encoder.layer.${layer}.${bertLayer[m]}.${part}`];
      t.is(copiedFrom.get(name), source);
      t.deepEqual(await dataOf(model, name), await dataOf(teacher, source));
    }
  }
  t.is(copiedFrom.get('pre_classifier.weight'), 'bert.pooler.dense.weight');
  t.is(copiedFrom.get('distilbert.embeddings.position_embeddings.weight'), 'bert.embeddings.position_embeddings.weight');
  t.deepEqual([...copiedFrom.keys()].sort(), [...model.parameters.names].sort());
  t.false([...copiedFrom.values()].some((name) => name.includes('token_type')));
});

test('the masked-LM head is translated too', async (t) => {
  const { copiedFrom, model } = await cutStudent(tinyModel({ task: 'masked-lm', labels: [] }), { layers: [1], family: 'distilbert' });
  t.is(copiedFrom.get('vocab_projector.bias'), 'cls.predictions.bias');
  t.is(copiedFrom.get('vocab_transform.weight'), 'cls.predictions.transform.dense.weight');
  t.is(copiedFrom.get('vocab_layer_norm.bias'), 'cls.predictions.transform.LayerNorm.bias');
  t.is(copiedFrom.size, model.parameters.names.length);
});

test('a cut of all layers says what the teacher says', async (t) => {
  const teacher = tinyModel();
  const { model } = await cutStudent(teacher, { layers: [0, 1] });
  t.is(await bitsOf(model), await bitsOf(teacher));
  await closeTensors(t, 'logits', model.forward(tinyBatch(), { logits: true }).logits, teacher.forward(tinyBatch(), { logits: true }).logits, { relative: 0, absolute: 0 });
});

for (const family of Object.keys(families) as FamilyName[]) {
  test(`${family}: a cut takes its layers from where it was told, embeddings and head with them`, async (t) => {
    const teacher = tinyModel({ family, layers: 4 });
    const { model, copiedFrom } = await cutStudent(teacher, { layers: [0, 3] });
    t.is(copiedFrom.size, model.parameters.names.length, 'everything is copied');
    const { names: { layers }, sharesLayers } = families[family];
    for (const [name, source] of copiedFrom) {
      t.is(source, sharesLayers ? name : name.replace(`${layers}.1.`, `${layers}.3.`));
      t.deepEqual(await dataOf(model, name), await dataOf(teacher, source), name);
    }
    const whole = await cutStudent(teacher, { layers: [0, 1, 2, 3] });
    t.is(await bitsOf(whole.model), await bitsOf(teacher));
  });
}

test('training the student leaves the teacher alone', async (t) => {
  const teacher = tinyModel();
  const before = await bitsOf(teacher);
  const { model } = await cutStudent(teacher, { layers: [0] });
  model.parameters.assign(new Map([...(await model.parameters.read())].map(([name, { data }]) => [name, data.map(() => 0)])));
  t.is(await bitsOf(teacher), before);
  model.dispose();
  t.is(await bitsOf(teacher), before);
});

test('the table counts layers from one, as people do', async (t) => {
  const { map } = await cutStudent(tinyModel({ layers: 3 }), { layers: [0, 2] });
  t.deepEqual(map, [{ student: 'embeddings', teacher: 'embeddings' }, { student: 'layer 1', teacher: 'layer 1' }, { student: 'layer 2', teacher: 'layer 3' }]);
});

test('layers that the teacher does not have are refused, with those it has', (t) => {
  for (const layers of [[], [2], [-1], [0, 1.5], [0, NaN]]) {
    t.throws(() => cutConfig(tinyConfig(), { layers }), { message: `layers [${layers.join(', ')}] cannot be cut from a teacher whose layers run from 0 to 1` });
  }
});

test('a BERT is not cut from a DistilBERT', async (t) => {
  const teacher = tinyModel({ family: 'distilbert', typeVocabulary: 0 });
  await t.throwsAsync(cutStudent(teacher, { layers: [0], family: 'bert' }), { message: "BERT cannot be cut from DistilBERT: only DistilBERT takes over the layers of another family, BERT's" });
  t.is((await cutStudent(teacher, { layers: [1] })).model.config.family, 'distilbert');
});

test('the configuration of a cut survives its own file, also where the family fixes a number', (t) => {
  const teacher = { ...parseConfig(configToJson(tinyConfig({ normEpsilon: 1e-5, hiddenDropout: 0.3 })), 'config.json') };
  t.is(cutConfig(teacher, { layers: [1] }).normEpsilon, 1e-5);
  for (const family of ['bert', 'distilbert'] as const) {
    const { source: _written, ...cut } = cutConfig(teacher, { layers: [1], family });
    const { source: _read, ...read } = parseConfig(configToJson({ ...cut, source: {} }), 'config.json');
    t.deepEqual(read, cut);
  }
  t.deepEqual(cutConfig(teacher, { layers: [1], family: 'distilbert' }).source, {}, 'no field of the other family comes along');
});
