import test from 'ava';
import * as tf from '../../../src/engine/tf.ts';
import { leaks } from '../../../src/engine/memory.ts';
import { randomKey } from '../../../src/engine/random.ts';
import { freshBilstm, words } from '../../../src/models/bilstm/bilstm.ts';
import { bilstmConfig } from '../../../src/models/bilstm/config.ts';
import { lstm } from '../../../src/nn/lstm.ts';
import { hardLabels } from '../../../src/objectives/hard-labels.ts';
import { decays } from '../../../src/train/optimizer.ts';
import { disposeStep, stepGradients } from '../../../src/train/gradients.ts';
import { train, trainDefaults } from '../../../src/train/train.ts';
import { closeTensors, read, rounded } from '../../engine/numbers.ts';
import { precisionUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';
import { tinyCorpus } from '../../teacher/tiny-corpus.ts';
import { tinyBatch } from '../tiny-model.ts';
import { pairBatch, tinyBilstm } from './tiny-bilstm.ts';

test.before(() => startEngine());

const rows = [[2, 7, 9, 3], [2, 28, 3], [2, 5, 5, 6, 7, 3]];

test('logits are those of the paper\'s formula, row by row', async (t) => {
  const model = tinyBilstm();
  const { parameters } = model;
  const weight = (name: string) => parameters.get(name);
  const direction = (suffix: string) => ({ inputWeight: weight(`lstm.weight_ih_l0${suffix}`), stateWeight: weight(`lstm.weight_hh_l0${suffix}`), inputBias: weight(`lstm.bias_ih_l0${suffix}`), stateBias: weight(`lstm.bias_hh_l0${suffix}`) });
  const { logits, pooled } = model.forward(tinyBatch(rows), { logits: true, pooled: true });
  for (const [row, ids] of rows.entries()) {
    const x = tf.expandDims(tf.gather(weight(words), tf.tensor1d(ids, 'int32')), 0);
    const real = tf.ones([1, ids.length]);
    const last = tf.concat([lstm(x, real, direction('')).final, lstm(x, real, direction('_reverse'), { backwards: true }).final], 1);
    const dense = tf.relu(tf.add(tf.matMul(last, weight('dense.weight'), false, true), weight('dense.bias')));
    await closeTensors(t, 'pooled', tf.slice(pooled, [row, 0], [1, -1]), dense, rounded);
    await closeTensors(t, 'logits', tf.slice(logits, [row, 0], [1, -1]), tf.add(tf.matMul(dense, weight('classifier.weight'), false, true), weight('classifier.bias')), rounded);
  }
});

test('padding changes nothing, of single texts and of pairs', async (t) => {
  const single = tinyBilstm();
  const { logits } = single.forward(tinyBatch(rows), { logits: true });
  for (const [row, ids] of rows.entries()) await closeTensors(t, `row ${row}`, tf.slice(logits, [row, 0], [1, -1]), single.forward(tinyBatch([ids]), { logits: true }).logits, rounded);
  const pairs = tinyBilstm({ pairs: true });
  const texts = [[[7, 9], [11]], [[28], [5, 6, 7]]] as const;
  const wide = pairs.forward(pairBatch(texts, 12), { logits: true }).logits;
  for (const [row, text] of texts.entries()) await closeTensors(t, `pair ${row}`, tf.slice(wide, [row, 0], [1, -1]), pairs.forward(pairBatch([text]), { logits: true }).logits, rounded);
});

test('a pair is two texts, read alike and compared', async (t) => {
  const pairs = tinyBilstm({ pairs: true });
  const { parameters } = pairs;
  // The first layer of the head takes a, b, a b and |a - b| apart: D = 4 · 2 N with the unit matrix shows them.
  const shown = tinyBilstm({ pairs: true, width: 24 });
  for (const [name, variable] of shown.parameters.entries()) if (/^(embeddings|lstm)/.test(name)) variable.assign(parameters.get(name));
  shown.parameters.get('dense.weight').assign(tf.eye(24));
  shown.parameters.get('dense.bias').assign(tf.fill([24], 2));
  const said = tf.sub(shown.forward(pairBatch([[[7, 9], [11, 12, 13]]]), { pooled: true }).pooled, 2);
  const [a, b, product, distance] = tf.split(said, 4, 1);
  const shifted = precisionUnderTest === 'bf16' ? { relative: 0, absolute: 0.03 } : rounded; // by the 2 that keeps ReLU from cutting
  await closeTensors(t, 'product', product!, tf.mul(a!, b!), shifted);
  await closeTensors(t, 'distance', distance!, tf.abs(tf.sub(a!, b!)), shifted);
  const other = tf.split(tf.sub(shown.forward(pairBatch([[[7, 9], [5]]]), { pooled: true }).pooled, 2), 4, 1);
  await closeTensors(t, 'the first text does not hear the second', other[0]!, a!, shifted);
  t.true(Math.abs((await read(other[1]!))[0]! - (await read(b!))[0]!) > 1e-4);
});

test('it says what its head has, and refuses states in words', (t) => {
  const model = tinyBilstm();
  t.deepEqual(model.forward(tinyBatch(), { members: true, classWeights: true }).members.shape, [1, 2, 3]);
  t.throws(() => model.forward(tinyBatch(), { hidden: [1] }), { message: 'hidden are wanted, but a model of family bilstm says logits, members, classWeights, pooled alone' });
  t.deepEqual([model.config.width, model.forward(tinyBatch(), { pooled: true }).pooled.shape[1]], [7, 7]);
});

test('fresh: as wide as PyTorch\'s, padding at zero, the same for the same seed, with word vectors where they are known', async (t) => {
  const config = bilstmConfig({ units: 16, embeddingWidth: 8, width: 10 }, { vocabulary: 40, padId: 0, positions: 9, task: 'single-label', labels: ['a', 'b'], pairs: false });
  const vector = Float32Array.from({ length: 8 }, (_, i) => i);
  const [model, again] = [freshBilstm(config, { seed: 3, vectors: new Map([[7, vector]]) }), freshBilstm(config, { seed: 3 })];
  const table = await read(model.parameters.get(words));
  t.deepEqual(table.slice(0, 8), Array(8).fill(0));
  t.deepEqual(table.slice(56, 64), [...vector]);
  t.deepEqual(await read(model.parameters.get('lstm.weight_hh_l0')), await read(again.parameters.get('lstm.weight_hh_l0')));
  const values = await read(model.parameters.get('lstm.weight_hh_l0'));
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  t.true(Math.abs(deviation * Math.sqrt(3 * 16) - 1) < 0.1, String(deviation));
  t.throws(() => freshBilstm(config, { seed: 1, vectors: new Map([[7, vector.subarray(1)]]) }), { message: 'a word vector of 7 numbers does not fit embeddings of 8' });
  t.throws(() => freshBilstm(config, { seed: 1, vectors: new Map([[40, vector]]) }), { message: /of id 40, which lies outside a vocabulary of 40/ });
  t.deepEqual(model.parameters.names.filter((name) => !decays(name)).sort(), ['classifier.bias', 'dense.bias', 'lstm.bias_hh_l0', 'lstm.bias_hh_l0_reverse', 'lstm.bias_ih_l0', 'lstm.bias_ih_l0_reverse']);
});

test.serial('every parameter is learned, and a step leaves nothing behind', async (t) => {
  for (const pairs of [false, true]) {
    const student = tinyBilstm({ pairs, hiddenDropout: 0.1 });
    const host = { exampleIds: ['a', 'b'], rows: 2, width: 4, inputIds: Int32Array.of(2, 7, 9, 3, 2, 8, 3, 0), mask: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 0), typeIds: Int32Array.of(0, 0, 1, 1, 0, 0, 1, 0), labels: { kind: 'single-label' as const, indices: Int32Array.of(0, 2) } };
    const found = await leaks(async () => {
      const step = await stepGradients({ student, objective: hardLabels() }, [host], { step: 1, key: randomKey(1) });
      t.deepEqual([...step.gradients.keys()].length, student.parameters.names.length);
      disposeStep(step);
    });
    t.deepEqual(found, { tensors: 0, buffers: 0 });
  }
});

test.serial('it learns a class that can be read off a token', async (t) => {
  const losses: number[] = [];
  await train({ student: tinyBilstm({ units: 8, width: 12 }), objective: hardLabels() }, tinyCorpus(48), { ...trainDefaults, steps: 60, rows: 16, learningRate: 0.02, logEvery: 20 }, {
    run: 'bilstm', emit: (event) => {
      if (event.kind === 'step') losses.push(event.loss);
    },
  });
  t.log(losses.map((loss) => loss.toFixed(3)).join(' '));
  t.true(losses[0]! > 0.8 && losses.at(-1)! < 0.2);
});
