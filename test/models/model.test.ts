import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { attentionWidth, type EncoderConfig, type FamilyName } from '../../src/models/config.ts';
import { families, hasPooled } from '../../src/models/families.ts';
import { freshModel } from '../../src/models/model.ts';
import type { Wants } from '../../src/models/output.ts';
import type { Mode } from '../../src/nn/mode.ts';
import { closeTensors, read, rounded, roundedDeep } from '../engine/numbers.ts';
import { bitsOf, tinyBatch, tinyConfig, tinyModel } from './tiny-model.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const names = Object.keys(families) as FamilyName[];
const everything = { logits: true, members: true, classWeights: true, pooled: true, hidden: [0, 1, 2], cls: [2, 0], scores: [1], attention: [0, 1], qkv: [0], preActivations: [1] } as const;

for (const family of names) {
  test(`${family}: every want is answered in its shape, under its layers`, (t) => {
    t.is(tf.getBackend(), engineUnderTest);
    const said = tinyModel({ family }).forward(tinyBatch(), everything);
    t.deepEqual(Object.keys(said).sort(), Object.keys(everything).sort());
    t.deepEqual([said.logits.shape, said.members.shape, said.classWeights.shape, said.pooled.shape], [[2, 3], [1, 2, 3], [3, 9], [2, 9]]);
    t.deepEqual([...said.hidden].map(([layer, { shape }]) => [layer, shape]), [0, 1, 2].map((layer) => [layer, [2, 4, 9]]));
    t.deepEqual([...said.cls].map(([layer, { shape }]) => [layer, shape]), [2, 0].map((layer) => [layer, [2, 9]]));
    t.deepEqual([...said.scores].map(([layer, { shape }]) => [layer, shape]), [[1, [2, 3, 4, 4]]]);
    t.deepEqual([...said.attention].map(([layer, { shape }]) => [layer, shape]), [0, 1].map((layer) => [layer, [2, 3, 4, 4]]));
    t.deepEqual([...said.preActivations].map(([layer, { shape }]) => [layer, shape]), [[1, [2, 4, 11]]]);
    const heads = [2, 3, 4, attentionWidth(tinyConfig({ family })) / 3];
    t.deepEqual([...said.qkv].map(([layer, states]) => [layer, Object.entries<tf.Tensor>({ ...states }).map(([name, { shape }]) => [name, shape])]), [[0, [['query', heads], ['key', heads], ['value', heads]]]]);
  });
}

test('what is not wanted is not said', (t) => {
  const model = tinyModel();
  for (const wants of [{}, { logits: true }, { members: true }, { classWeights: true }, { pooled: true }, { hidden: [1] }, { attention: [0] }, { cls: [] }] satisfies Wants[]) {
    t.deepEqual(Object.keys(model.forward(tinyBatch(), wants)), Object.keys(wants));
  }
});

for (const family of names) {
  test(`${family}: what is asked of the last layer beside its first token changes no logits, and is said of all tokens`, async (t) => {
    const [model, batch] = [tinyModel({ family, hiddenDropout: 0.2, attentionDropout: 0.2 }), tinyBatch()];
    for (const mode of [{}, { dropout: randomKey(1) }]) {
      const alone = model.forward(batch, { logits: true }, mode);
      for (const more of [{ hidden: [2] }, { hidden: [-1] }, { scores: [1] }, { attention: [-1] }, { qkv: [1] }, { preActivations: [-1] }, { sentence: true }] satisfies Wants[]) {
        const { logits } = model.forward(batch, { logits: true, ...more }, mode);
        await closeTensors(t, Object.keys(more).join(' and '), logits, alone.logits, { relative: 1e-6, ...rounded });
      }
      const { cls } = model.forward(batch, { cls: [-1] }, mode);
      const { hidden: whole } = model.forward(batch, { hidden: [-1] }, mode);
      await closeTensors(t, 'first token', cls.get(-1)!, tf.reshape(tf.slice(whole.get(-1)!, [0, 0, 0], [2, 1, 9]), [2, 9]), { relative: 1e-6, ...rounded });
    }
    const { hidden, preActivations } = model.forward(batch, { hidden: [-1], preActivations: [-1] });
    t.deepEqual([hidden.get(-1)?.shape, preActivations.get(-1)?.shape], [[2, 4, 9], [2, 4, 11]]);
    const [{ scores }, { qkv }] = [model.forward(batch, { logits: true, scores: [-1] }), model.forward(batch, { logits: true, qkv: [-1] })];
    t.deepEqual([scores.get(-1)?.shape.slice(-2), qkv.get(-1)?.query.shape.at(-2)], [[4, 4], 4]);
  });
}

for (const family of ['bert', 'albert'] as const) test(`${family}: asking for more changes no gradient, with the dropout of a step`, async (t) => {
  const model = tinyModel({ family, hiddenDropout: 0.2, attentionDropout: 0.2 });
  const gradientsOf = (wants: Wants & { logits: true }) => tf.variableGrads(() => tf.sum(tf.square(model.forward(tinyBatch(), wants, { dropout: randomKey(1) }).logits))).grads;
  const alone = gradientsOf({ logits: true });
  t.true(Object.keys(alone).length > 20);
  const moved = Object.entries(alone).filter(([name]) => !name.endsWith('key.bias')); // it moves no probability: nothing but rounding
  for (const more of [{ hidden: [-1] }, { scores: [-1] }, { attention: [-1] }, { qkv: [-1] }]) {
    const much = gradientsOf({ logits: true, ...more });
    for (const [name, gradient] of moved) await closeTensors(t, `${Object.keys(more).join()}: ${name}`, gradient, much[name]!, { relative: 1e-5, ...roundedDeep });
  }
});

test('asking for more changes no answer', async (t) => {
  const [model, batch] = [tinyModel(), tinyBatch()];
  const much = model.forward(batch, everything);
  await closeTensors(t, 'logits', much.logits, model.forward(batch, { logits: true }).logits, { relative: 1e-6, ...rounded });
  const { cls } = model.forward(batch, { cls: [2] });
  await closeTensors(t, 'cls', much.cls.get(2)!, cls.get(2)!, { relative: 1e-6, ...rounded });
  await closeTensors(t, 'cls is the first token', much.cls.get(2)!, tf.reshape(tf.slice(much.hidden.get(2)!, [0, 0, 0], [2, 1, 9]), [2, 9]), { absolute: 0, relative: 0 });
});

test('attention of real tokens sums to one and gives padding nothing', async (t) => {
  const { attention } = tinyModel().forward(tinyBatch(), { attention: [1] });
  const probabilities = attention.get(1)!;
  for (const sum of await read(tf.sum(probabilities, -1))) t.true(Math.abs(sum - 1) < 1e-5);
  const onPadding = tf.slice(probabilities, [1, 0, 0, 3], [1, 3, 4, 1]); // row 1 has three tokens
  t.true((await read(onPadding)).every((value) => value === 0));
});

test('neither padding nor the rest of the batch changes a row', async (t) => {
  const model = tinyModel();
  const logitsOf = (rows: number[][]) => model.forward(tinyBatch(rows), { logits: true }).logits;
  const alone = logitsOf([[2, 28, 3]]);
  const beside = tf.slice(logitsOf([[2, 28, 3], [2, 5, 6, 7, 8, 9, 3]]), [0, 0], [1, 3]);
  await closeTensors(t, 'logits', beside, alone, rounded);
});

test('layers below 0 count from the end', async (t) => {
  const said = tinyModel().forward(tinyBatch(), { hidden: [-1, 2, -3, 0], cls: [-2, 1], scores: [-1, 1], attention: [-2, 0], qkv: [-1, 1] });
  for (const [last, first] of [[-1, 2], [-3, 0]] as const) await closeTensors(t, 'hidden', said.hidden.get(last)!, said.hidden.get(first)!, { relative: 0, absolute: 0 });
  await closeTensors(t, 'cls', said.cls.get(-2)!, said.cls.get(1)!, { relative: 0, absolute: 0 });
  await closeTensors(t, 'scores', said.scores.get(-1)!, said.scores.get(1)!, { relative: 0, absolute: 0 });
  await closeTensors(t, 'attention', said.attention.get(-2)!, said.attention.get(0)!, { relative: 0, absolute: 0 });
  await closeTensors(t, 'values', said.qkv.get(-1)!.value, said.qkv.get(1)!.value, { relative: 0, absolute: 0 });
  const [last, first] = [{ scores: [-1] }, { scores: [1] }].map((wants) => tinyModel().forward(tinyBatch(), wants).scores.values().next().value!);
  await closeTensors(t, 'scores alone', last!, first!, { relative: 0, absolute: 0 });
});

test('a layer beyond the model is refused with the range there is', (t) => {
  const refused = (wants: Wants, message: string) => t.throws(() => tinyModel().forward(tinyBatch(), wants), { message });
  refused({ hidden: [3] }, "hidden states of layer 3 are wanted, but the model's run from 0 to 2");
  refused({ cls: [-4] }, "first-token states of layer -4 are wanted, but the model's run from 0 to 2");
  refused({ scores: [-3] }, "scores of layer -3 are wanted, but the model's run from 0 to 1");
  refused({ scores: [2] }, "scores of layer 2 are wanted, but the model's run from 0 to 1");
  refused({ attention: [0, 2] }, "attention probabilities of layer 2 are wanted, but the model's run from 0 to 1");
  refused({ qkv: [0.5] }, "queries, keys and values of layer 0.5 are wanted, but the model's run from 0 to 1");
});

test('a batch longer than the position table is refused; one as long is not', (t) => {
  const row = (length: number) => Array.from({ length }, () => 5);
  t.notThrows(() => tinyModel().forward(tinyBatch([row(13)]), { logits: true }));
  t.throws(() => tinyModel().forward(tinyBatch([row(14)]), { logits: true }), { message: 'a batch is 14 tokens long, but the model has only 13 positions' });
});

test('each task says what its head can say', (t) => {
  const say = (change: Partial<EncoderConfig>, wants: Wants) => tinyModel({ labels: [], ...change }).forward(tinyBatch(), wants);
  const masked = say({ task: 'masked-lm' }, { logits: true, headInput: true });
  t.deepEqual([masked.logits?.shape, masked.headInput?.shape], [[2, 4, 29], [2, 4, 9]]);
  t.throws(() => say({ task: 'masked-lm' }, { pooled: true }), { message: 'a masked-LM model has no pooled output' });
  t.deepEqual(say({ task: 'none' }, { pooled: true }).pooled?.shape, [2, 9]);
  const bareDistilbert = { family: 'distilbert', task: 'none' } as const;
  t.deepEqual(Object.keys(say(bareDistilbert, { hidden: [2] })), ['hidden']);
  for (const bare of [{ task: 'none' } as const, bareDistilbert]) t.throws(() => say(bare, { logits: true }), { message: 'a bare encoder has no logits: load it with a task' });
  t.throws(() => say(bareDistilbert, { pooled: true }), { message: 'a bare DistilBERT has no pooled output' });
  for (const task of ['none', 'masked-lm'] as const) {
    t.throws(() => say({ task }, { members: true }), { message: 'only classifiers speak as members of an ensemble' });
    t.throws(() => say({ task }, { classWeights: true }), { message: 'only classifiers have class weights' });
  }
  t.throws(() => say({ labels: ['a'] }, { headInput: true }), { message: 'only a masked-LM model has a decoder' });
});

for (const family of names) {
  test(`${family}: deterministic without a key, drawn by the key with one`, async (t) => {
    const model = tinyModel({ family, hiddenDropout: 0.2, attentionDropout: 0.2, classifierDropout: 0.2 });
    const calm = tinyModel({ family });
    const logits = (of: typeof model, mode?: Mode) => read(of.forward(tinyBatch(), { logits: true }, mode).logits);
    t.deepEqual(await logits(model), await logits(model));
    t.deepEqual(await logits(model), await logits(calm), 'rates mean nothing without a key');
    t.deepEqual(await logits(calm, { dropout: randomKey(1) }), await logits(calm), 'a key means nothing at rate 0');
    t.deepEqual(await logits(model, { dropout: randomKey(1) }), await logits(model, { dropout: randomKey(1) }));
    t.notDeepEqual(await logits(model, { dropout: randomKey(1) }), await logits(model, { dropout: randomKey(2) }));
    t.notDeepEqual(await logits(model, { dropout: randomKey(1) }), await logits(model));
  });
}

test('every rate is used: each alone changes the logits', async (t) => {
  const logits = async (change: Partial<EncoderConfig>) => read(tinyModel(change).forward(tinyBatch(), { logits: true }, { dropout: randomKey(3) }).logits);
  const calm = await logits({});
  for (const rate of ['hiddenDropout', 'attentionDropout', 'classifierDropout']) t.notDeepEqual(await logits({ [rate]: 0.5 }), calm, rate);
});

for (const family of names) {
  test(`${family}: a masked-LM head, a bare encoder's pooled output, and no logits without a head`, (t) => {
    const [masked, bare] = [tinyModel({ family, task: 'masked-lm', labels: [] }), tinyModel({ family, task: 'none', labels: [] })];
    t.deepEqual(masked.forward(tinyBatch(), { logits: true }).logits.shape, [2, 4, 29]);
    t.deepEqual(bare.forward(tinyBatch(), { hidden: [2] }).hidden.get(2)?.shape, [2, 4, 9]);
    if (hasPooled(bare.config)) t.deepEqual(bare.forward(tinyBatch(), { pooled: true }).pooled.shape, [2, 9]);
    else t.throws(() => bare.forward(tinyBatch(), { pooled: true }), { message: `a bare ${families[family].title} has no pooled output` });
    t.throws(() => bare.forward(tinyBatch(), { logits: true }), { message: /no logits/ });
  });
}

test('token types are added where the family has them', async (t) => {
  const batch = tinyBatch();
  const typed = { ...batch, typeIds: tf.onesLike(batch.typeIds) };
  const differs = async (family: FamilyName) => {
    const model = tinyModel({ family });
    return (await read(model.forward(typed, { logits: true }).logits)).join() !== (await read(model.forward(batch, { logits: true }).logits)).join();
  };
  t.deepEqual(await Promise.all(names.map(differs)), [true, false, false, true, true, true]);
});

test('a fresh model is its seed\'s', async (t) => {
  const bits = (seed: number) => bitsOf(freshModel(tinyConfig(), { seed }));
  t.is(await bits(1), await bits(1));
  t.not(await bits(1), await bits(2));
});

test.serial('a forward pass in a scope leaves nothing, and a disposed model neither', async (t) => {
  const left = await leaks(() => {
    const [model, batch] = [tinyModel(), tinyBatch()];
    tf.tidy(() => void model.forward(batch, everything));
    model.dispose();
    batch.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
