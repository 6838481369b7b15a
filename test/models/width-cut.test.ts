import test from 'ava';
import type { EncoderConfig, FamilyName } from '../../src/models/config.ts';
import { configToJson, parseConfig } from '../../src/models/config-file.ts';
import { families } from '../../src/models/families.ts';
import { narrowConfig, narrowStudent } from '../../src/models/width-cut.ts';
import { type Importance, importanceByMagnitudes } from '../../src/models/width-importance.ts';
import { closeTensors, rounded } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';
import { bitsOf, tinyBatch, tinyConfig, tinyModel } from './tiny-model.ts';

test.before(startEngine);

const names = (Object.keys(families) as FamilyName[]).filter((name) => name !== 'mobilebert');
const scores = (length: number, first: readonly number[]) => Float64Array.from({ length }, (_, index) => (first.includes(index) ? 2 : 1));
const magnitudes = async (model: ReturnType<typeof tinyModel>) => importanceByMagnitudes(model.config, await model.parameters.read());

for (const family of names) {
  test(`${family}: a cut of nothing is the teacher; a real one is a model of its family, which its own file describes`, async (t) => {
    const teacher = tinyModel({ family, embeddingWidth: ['albert', 'electra'].includes(family) ? 5 : 9 });
    const importance = await magnitudes(teacher);
    t.is(await bitsOf((await narrowStudent(teacher, {}, importance)).model), await bitsOf(teacher));
    const { model } = await narrowStudent(teacher, { heads: 2, feedForwardWidth: 4 }, importance);
    t.deepEqual([model.config.width, model.config.heads, model.config.feedForwardWidth, model.config.layers], [6, 2, 4, 2]);
    t.deepEqual(model.forward(tinyBatch(), { logits: true }).logits.shape, [2, 3]);
    const { source: _written, ...read } = parseConfig(configToJson(model.config), 'config.json');
    const { source: _kept, ...expected }: EncoderConfig = model.config;
    t.deepEqual(read, expected);
  });
}

test('what is kept is what matters most, in the teacher\'s order, and equal numbers favour the first', async (t) => {
  const teacher = tinyModel();
  const importance: Importance = { width: scores(9, [8, 1, 4]), heads: [scores(3, [2]), scores(3, [])], neurons: [scores(11, [10, 3]), scores(11, [5])] };
  const { model, kept } = await narrowStudent(teacher, { heads: 1, feedForwardWidth: 2 }, importance);
  t.deepEqual(kept, { width: [1, 4, 8], heads: [[2], [0]], neurons: [[3, 10], [0, 5]] });
  const [wide, narrow] = [await teacher.parameters.read(), await model.parameters.read()];
  const numberAt = (name: string, row: number, column: number) => wide.get(name)!.data[row * wide.get(name)!.shape[1]! + column]!;
  const query = 'bert.encoder.layer.0.attention.self.query.weight';
  t.deepEqual([...narrow.get(query)!.data], [6, 7, 8].flatMap((row) => [1, 4, 8].map((column) => numberAt(query, row, column))));
  const down = 'bert.encoder.layer.1.output.dense.weight';
  t.deepEqual([...narrow.get(down)!.data], [1, 4, 8].flatMap((row) => [0, 5].map((column) => numberAt(down, row, column))));
  t.deepEqual([...narrow.get('bert.encoder.layer.1.intermediate.dense.bias')!.data], [0, 5].map((index) => wide.get('bert.encoder.layer.1.intermediate.dense.bias')!.data[index]!));
});

test('neurons that give nothing are taken away without a trace', async (t) => {
  const teacher = tinyModel();
  const dead = [0, 4, 9];
  teacher.parameters.assign(new Map([...(await teacher.parameters.read())].map(([name, { data }]) => [name, /layer\.\d\.output\.dense\.weight$/.test(name) ? data.map((value, index) => (dead.includes(index % 11) ? 0 : value)) : data])));
  const { model, kept } = await narrowStudent(teacher, { feedForwardWidth: 8 }, await magnitudes(teacher));
  t.deepEqual(kept.neurons, [[1, 2, 3, 5, 6, 7, 8, 10], [1, 2, 3, 5, 6, 7, 8, 10]]);
  await closeTensors(t, 'logits', model.forward(tinyBatch(), { logits: true }).logits, teacher.forward(tinyBatch(), { logits: true }).logits, rounded);
});

test('what a teacher has not is refused, and what no config could say', (t) => {
  t.throws(() => narrowConfig(tinyConfig(), { heads: 4 }), { message: '4 heads cannot be kept of a teacher that has 3' });
  t.throws(() => narrowConfig(tinyConfig(), { heads: 0 }), { message: '0 heads cannot be kept of a teacher that has 3' });
  t.throws(() => narrowConfig(tinyConfig(), { feedForwardWidth: 12 }), { message: '12 neurons cannot be kept of a teacher that has 11' });
  t.throws(() => narrowConfig(tinyConfig({ family: 'electra', embeddingWidth: 6 }), { heads: 2 }), { message: '2 heads make ELECTRA as wide as its embeddings, 6, and such a one has no projection between them: keep another number' });
  t.is(narrowConfig(tinyConfig({ family: 'electra' }), { heads: 2 }).embeddingWidth, 6);
});
