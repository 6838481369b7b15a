import test from 'ava';
import { softmaxCrossEntropy } from '../../src/engine/fused/cross-entropy.ts';
import { embedding } from '../../src/engine/fused/embedding.ts';
import { gelu } from '../../src/engine/fused/gelu.ts';
import { layerNorm } from '../../src/engine/fused/layer-norm.ts';
import { linear } from '../../src/engine/fused/linear.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { fusedCases, type Inputs, runCase } from './fused/cases.ts';
import { randomKey } from '../../src/engine/random.ts';
import type { Batch } from '../../src/engine/batch.ts';
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { distilbert } from '../../src/objectives/distilbert.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';
import { drawn, read } from './numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const shapes = { table: [13, 6], 'first.weight': [6, 6], 'first.bias': [6], 'second.weight': [6, 6], 'second.bias': [6], 'norm.weight': [6], 'norm.bias': [6] } as const;
type Name = keyof typeof shapes;
const names = Object.keys(shapes) as Name[];

/** Embedding, two layers, and an output tied to the embedding: names in the order of their first use. */
function makeModel(): { variables: Record<Name, tf.Variable>; loss: () => tf.Scalar } {
  const variables = Object.fromEntries(names.map((name) => [name, tf.tidy(() => tf.variable(drawn(name, shapes[name])))])) as Record<Name, tf.Variable>;
  const loss = () => {
    const { table } = variables;
    const embedded = embedding(table, tf.tensor2d([1, 4, 12, 4, 0, 2], [2, 3], 'int32'), { padId: 0 });
    const first = gelu(linear(embedded, { weight: variables['first.weight'], bias: variables['first.bias'] }));
    const second = gelu(linear(first, { weight: variables['second.weight'], bias: variables['second.bias'] }));
    const normed = layerNorm(second, { weight: variables['norm.weight'], bias: variables['norm.bias'], epsilon: 1e-6, residual: first });
    const targets = tf.cast(tf.oneHot(tf.tensor1d([3, 1, 4, 1, 5, 9], 'int32'), 13), 'float32');
    return tf.mean<tf.Scalar>(softmaxCrossEntropy(tf.reshape(linear(normed, { weight: table }), [6, 13]), targets));
  };
  return { variables, loss };
}

const counts = () => ({ tensors: tf.memory().numTensors, buffers: tf.memory().numDataBuffers });

test.serial('loss and gradients equal tf.variableGrads bit for bit, tied weights included', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const { variables, loss } = makeModel();
  const before = counts();
  const swept = sweep(loss, Object.values(variables));
  t.is(counts().tensors, before.tensors + 1 + names.length, 'only the results are left');
  const { value, grads } = tf.variableGrads(loss, Object.values(variables));
  t.deepEqual(await read(swept.loss), await read(value));
  t.is(swept.gradients.size, names.length);
  for (const name of names) t.deepEqual(await read(swept.gradients.get(variables[name])!), await read(grads[variables[name].name]!), name);
  tf.dispose([swept.loss, value, grads, ...swept.gradients.values()]);
  t.deepEqual(counts(), before);
});

for (const fusedCase of fusedCases.filter(({ formula }) => formula !== undefined)) {
  test.serial(`${fusedCase.op}${fusedCase.what === undefined ? '' : ` ${fusedCase.what}`}: gradients equal tf.variableGrads bit for bit`, async (t) => {
    const inputs: Inputs = tf.tidy(fusedCase.inputs);
    const variables = (fusedCase.differentiated ?? []).map((name) => (inputs[name] = tf.variable(inputs[name]!)));
    const before = counts();
    const loss = () => tf.sum<tf.Scalar>(tf.square(runCase(fusedCase, inputs)));
    const { loss: value, gradients } = sweep(loss, variables);
    const { grads, value: plain } = tf.variableGrads(loss, variables);
    t.is(gradients.size, variables.length);
    for (const [variable, gradient] of gradients) t.deepEqual(await read(gradient), await read(grads[variable.name]!));
    tf.dispose([value, plain, grads, ...gradients.values()]);
    t.deepEqual(counts(), before);
  });
}

/** BERT and DistilBERT with dropout everywhere: as classifiers, predicting words from logits, and from the decoder's weights with a teacher beside. */
const kinds = ['classifier', 'masked-lm', 'triple loss'] as const;

function makeWholeModel(family: 'bert' | 'distilbert', kind: (typeof kinds)[number]): { model: Model; loss: () => tf.Scalar; dispose: () => void } {
  const shape = { family, hiddenDropout: 0.2, attentionDropout: 0.1, classifierDropout: 0.2 };
  if (kind === 'classifier') {
    const [model, batch] = [tinyModel(shape), tinyBatch([[2, 7, 9, 3], [2, 28, 3]], [2, 0])];
    return { model, loss: () => hardLabels().loss(model.forward(batch, { logits: true }, { dropout: randomKey(3) }), {}, batch, { step: 1, key: randomKey(1, 'step') }), dispose: () => batch.dispose() };
  }
  const [model, teacher, plain] = [tinyModel({ ...shape, task: 'masked-lm', labels: [] }), tinyModel({ family, task: 'masked-lm', labels: [] }, 8), tinyBatch()];
  const batch: Batch = { ...plain, labels: { kind: 'masked-lm', values: tf.tensor2d([-100, 5, -100, 11, -100, 3, -100, -100], [2, 4], 'int32') } };
  const triple = distilbert();
  const { student: wants } = triple.wants;
  const signal = teacher.forward(batch, wants);
  const loss = () => kind === 'masked-lm'
    ? hardLabels().loss(model.forward(batch, { logits: true }, { dropout: randomKey(3) }), {}, batch, { step: 1, key: randomKey(1, 'step') })
    : triple.loss(model.forward(batch, wants, { dropout: randomKey(3) }), signal, batch, { step: 1, key: randomKey(1, 'step') });
  return { model, loss, dispose: () => { plain.dispose(); teacher.dispose(); } };
}

/** Where a parameter stands: 0 = embeddings (with which a word head shares its decoder), then the layers, then the head. */
function depthOf(name: string, layers: number): number {
  const layer = /\.layer\.(\d+)\./.exec(name)?.[1];
  return layer !== undefined ? Number(layer) + 1 : name.includes('embeddings') ? 0 : layers + 1;
}

for (const family of ['bert', 'distilbert'] as const) {
  for (const kind of kinds) {
    test.serial(`${family}, ${kind}: loss and gradients of the whole model equal tf.variableGrads bit for bit, and come from the last layer to the first`, async (t) => {
      const { model, loss, dispose } = makeWholeModel(family, kind);
      const variables = new Map([...model.parameters.entries()].map(([name, variable]) => [variable, name]));
      const before = counts();
      const heard: string[] = [];
      const swept = sweep(loss, [...variables.keys()], { onGradient: (variable) => heard.push(variables.get(variable)!) });
      t.is(counts().tensors, before.tensors + 1 + variables.size, 'only the results are left');
      const { value, grads } = tf.variableGrads(loss, [...variables.keys()]);
      t.deepEqual(await read(swept.loss), await read(value));
      t.is(swept.gradients.size, variables.size);
      for (const [variable, name] of variables) t.deepEqual(await read(swept.gradients.get(variable)!), await read(grads[variable.name]!), name);
      t.deepEqual([...heard].sort(), [...variables.values()].sort());
      const depths = heard.map((name) => depthOf(name, model.config.layers));
      t.deepEqual(depths, [...depths].sort((a, b) => b - a), heard.join(', '));
      t.deepEqual([...new Set(depths)], [3, 2, 1, 0]);
      tf.dispose([swept.loss, value, grads, ...swept.gradients.values()]);
      t.deepEqual(counts(), before);
      dispose();
      model.dispose();
    });
  }
}

test.serial('each gradient is announced once, final, the last layers first and what is shared last', async (t) => {
  const { variables, loss } = makeModel();
  const named = new Map(names.map((name) => [variables[name], name]));
  const heard: { name: Name; copy: tf.Tensor }[] = [];
  const { loss: value, gradients } = sweep(loss, Object.values(variables), {
    onGradient: (variable, gradient) => heard.push({ name: named.get(variable)!, copy: tf.clone(gradient) }),
  });
  t.deepEqual(heard.map(({ name }) => name.split('.')[0]), ['norm', 'norm', 'second', 'second', 'first', 'first', 'table']);
  t.is(new Set(heard.map(({ name }) => name)).size, names.length);
  for (const { name, copy } of heard) t.deepEqual(await read(copy), await read(gradients.get(variables[name])!), name);
  tf.dispose([value, ...gradients.values(), ...heard.map(({ copy }) => copy)]);
});

test.serial('a variable the loss does not depend on has no entry', (t) => {
  const [used, unused, detached] = [2, 3, 4].map((size) => tf.variable(tf.ones([size]))) as [tf.Variable, tf.Variable, tf.Variable];
  const heard: tf.Variable[] = [];
  const loss = () => tf.sum<tf.Scalar>(tf.add(tf.square(used), tf.mul(tf.sum(tf.zerosLike(detached)), 0)));
  const { loss: value, gradients } = sweep(loss, [used, unused, detached], { onGradient: (variable) => heard.push(variable) });
  t.true(gradients.has(used));
  t.false(gradients.has(unused));
  t.deepEqual(heard, [...gradients.keys()]);
  tf.dispose([value, ...gradients.values()]);
});

test.serial('a loss that throws leaves nothing behind, and the next sweep is sound', (t) => {
  const { variables, loss } = makeModel();
  const before = counts();
  t.throws(() => sweep(() => {
    loss();
    throw new Error('broken');
  }, Object.values(variables)), { message: 'broken' });
  t.deepEqual(counts(), before);
  const { loss: value, gradients } = sweep(loss, Object.values(variables));
  t.is(gradients.size, names.length);
  tf.dispose([value, ...gradients.values()]);
  t.deepEqual(counts(), before);
});

test.serial('an operation without a gradient is named, and nothing is left behind', (t) => {
  const { variables, loss } = makeModel();
  const before = counts();
  const throughTopK = () => tf.add<tf.Scalar>(loss(), tf.sum(tf.topk(gelu(variables['first.bias']), 2).values));
  t.throws(() => sweep(throughTopK, Object.values(variables)), { message: /TopK has no gradient/ });
  t.deepEqual(counts(), before);
});

test.serial('an operation without a gradient is no matter where no parameter is behind it', (t) => {
  const variable = tf.variable(tf.ones([2]));
  const data = tf.tensor1d([3, 1, 2]);
  const { loss, gradients } = sweep(() => tf.sum<tf.Scalar>(tf.mul(variable, tf.topk(data, 2).values)), [variable]);
  t.is(gradients.size, 1);
  tf.dispose([loss, ...gradients.values()]);
});

test.serial('an operation may hand its gradient through as it came', async (t) => {
  const variable = tf.variable(tf.tensor1d([2, 3]));
  const through = tf.customGrad((x) => ({ value: tf.mul(x as tf.Tensor, 1), gradFunc: (dy) => dy }));
  const before = counts();
  const { loss, gradients } = sweep(() => tf.sum<tf.Scalar>(tf.square(through(variable))), [variable]);
  t.deepEqual(await read(gradients.get(variable)!), [4, 6]);
  tf.dispose([loss, ...gradients.values()]);
  t.deepEqual(counts(), before);
});

test.serial('a gradient of another shape than its input is refused', (t) => {
  const [a, b] = [tf.variable(tf.ones([1, 2, 3])), tf.variable(tf.ones([4, 3, 2]))];
  const before = counts();
  // tfjs does not sum the gradient of a product over the axis it repeats an operand along.
  t.throws(() => sweep(() => tf.sum<tf.Scalar>(tf.matMul(a, b)), [a, b]), { message: /BatchMatMul gives its input a \[1, 2, 3\] a gradient of shape \[4, 2, 3\]/ });
  t.deepEqual(counts(), before);
});

test.serial('an error of the listener passes through and leaves nothing behind', (t) => {
  const { variables, loss } = makeModel();
  const before = counts();
  t.throws(() => sweep(loss, Object.values(variables), { onGradient: () => { throw new Error('deaf'); } }), { message: 'deaf' });
  t.deepEqual(counts(), before);
});

test.serial('it needs less memory at its peak than tf.variableGrads', async (t) => {
  const weights = Array.from({ length: 6 }, (_, i) => tf.variable(drawn(`deep ${i}`, [32, 32], 0.2)));
  const x = drawn('x', [16, 32]);
  const loss = () => tf.mean<tf.Scalar>(weights.reduce((h, weight) => gelu(linear(h, { weight })), x));
  const peak = async (work: () => tf.TensorContainer) => {
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(work); // tfjs hands out one object for all profiles
    return peakBytes - before;
  };
  const swept = await peak(() => {
    const { loss: value, gradients } = sweep(loss, weights);
    return [value, ...gradients.values()];
  });
  const plain = await peak(() => {
    const { value, grads } = tf.variableGrads(loss, weights);
    return [value, grads];
  });
  t.true(swept < 0.8 * plain, `${swept} against ${plain} bytes`);
});
