import test from 'ava';
import { embeddingSpecs } from '../../src/models/embeddings.ts';
import { layerSpecs } from '../../src/models/layers.ts';
import { parameterSpecs } from '../../src/models/parameter-specs.ts';
import { tinyConfig } from './tiny-model.ts';

const countOf = (specs: ReturnType<typeof parameterSpecs>) => specs.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
const [V, P, H, F, L, C] = [29, 13, 9, 11, 2, 3];
const layer = 4 * (H * H + H) + 2 * (2 * H) + (F * H + F) + (H * F + H);

test('as many numbers as the papers\' sums say', (t) => {
  const head = H * H + H;
  t.is(countOf(parameterSpecs(tinyConfig())), (V + P + 2) * H + 2 * H + L * layer + head + C * H + C);
  t.is(countOf(parameterSpecs(tinyConfig({ family: 'distilbert', typeVocabulary: 0 }))), (V + P) * H + 2 * H + L * layer + head + C * H + C);
  t.is(countOf(parameterSpecs(tinyConfig({ task: 'none', labels: [] }))), (V + P + 2) * H + 2 * H + L * layer + head);
  t.is(countOf(parameterSpecs(tinyConfig({ task: 'masked-lm', labels: [] }))), (V + P + 2) * H + 2 * H + L * layer + V + head + 2 * H);
});

test('BERT-base has the 109,482,240 parameters that everybody counts', (t) => {
  const base = { layers: 12, width: 768, heads: 12, feedForwardWidth: 3072, vocabulary: 30522, positions: 512 };
  t.is(countOf(parameterSpecs(tinyConfig({ ...base, task: 'none', labels: [] }))), 109_482_240);
  t.is(countOf(parameterSpecs(tinyConfig({ ...base, layers: 6, family: 'distilbert', typeVocabulary: 0, task: 'none', labels: [] }))), 66_362_880);
});

test('the tasks share the trunk, and the decoder of masked words has no weight of its own', (t) => {
  const names = (task: 'none' | 'masked-lm' | 'single-label') => parameterSpecs(tinyConfig({ task })).map(({ name }) => name);
  const trunk = [...embeddingSpecs(tinyConfig()), ...layerSpecs(tinyConfig())].map(({ name }) => name);
  for (const task of ['none', 'masked-lm', 'single-label'] as const) t.deepEqual(names(task).slice(0, trunk.length), trunk);
  t.deepEqual(names('masked-lm').slice(trunk.length), ['cls.predictions.bias', ...['dense', 'LayerNorm'].flatMap((module) => ['weight', 'bias'].map((part) => `cls.predictions.transform.${module}.${part}`))]);
  t.deepEqual(names('single-label').slice(trunk.length), ['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'classifier.weight', 'classifier.bias']);
});

test('names are unique; the padding row alone starts at zero', (t) => {
  const specs = parameterSpecs(tinyConfig({ padId: 4 }));
  t.is(new Set(specs.map(({ name }) => name)).size, specs.length);
  t.deepEqual(specs.filter(({ zeroRow }) => zeroRow !== undefined).map(({ name, zeroRow }) => [name, zeroRow]), [['bert.embeddings.word_embeddings.weight', 4]]);
  for (const { name, initial, shape } of specs) {
    t.is(initial, name.endsWith('bias') ? 'zeros' : name.endsWith('LayerNorm.weight') ? 'ones' : 'normal', name);
    t.is(shape.length, name.endsWith('.weight') && !name.endsWith('LayerNorm.weight') ? 2 : 1, name);
  }
});
