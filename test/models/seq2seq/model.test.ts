import test from 'ava';
import { upload } from '../../../src/engine/batch.ts';
import { vocabularyLoss } from '../../../src/engine/fused/vocabulary-loss.ts';
import { leaks } from '../../../src/engine/memory.ts';
import { randomKey } from '../../../src/engine/random.ts';
import { sweep } from '../../../src/engine/sweep.ts';
import * as tf from '../../../src/engine/tf.ts';
import { freshSeq2Seq, type Seq2Seq } from '../../../src/models/seq2seq/model.ts';
import type { Wants } from '../../../src/models/output.ts';
import type { Objective } from '../../../src/objectives/objective.ts';
import { liveTeacher } from '../../../src/teacher/teacher.ts';
import { disposeStep, stepGradients } from '../../../src/train/gradients.ts';
import { Optimizer, optimizerDefaults } from '../../../src/train/optimizer.ts';
import { closeTensors, read, roundedDeep, take } from '../../engine/numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';
import { familyNames, pairArrays, pairBatch, pairs, tinySeq2Seq, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

test.before(startEngine);

const logitsOf = (model: Seq2Seq, startId = model.config.startId, more = 0): tf.Tensor => {
  const batch = pairBatch(startId, more);
  const logits = tf.tidy(() => model.forward(batch, { logits: true }).logits);
  batch.dispose();
  return logits;
};

for (const family of familyNames) {
  test.serial(`${family}: padding of either side changes nothing`, async (t) => {
    t.is(tf.getBackend(), engineUnderTest);
    const model = tinySeq2Seq({ family });
    const [plain, wide] = [logitsOf(model), logitsOf(model, model.config.startId, 4)];
    t.deepEqual(plain.shape, [3, 5, 23]);
    const real = tf.tensor([1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [3, 5, 1]);
    await closeTensors(t, 'logits', tf.mul(tf.slice(wide, [0, 0, 0], [3, 5, 23]), real), tf.mul(plain, real), { relative: 1e-5, absolute: 1e-5, ...roundedDeep });
    model.dispose();
  });

  test.serial(`${family}: no token sees one that comes after it, every token sees the source`, async (t) => {
    const model = tinySeq2Seq({ family });
    const said = async (source: readonly number[], target: readonly number[]) => {
      const batch = upload(pairArrays([[source, target]], { startId: model.config.startId }));
      const values = await read(tf.tidy(() => model.forward(batch, { logits: true }).logits));
      batch.dispose();
      return Array.from({ length: target.length }, (_, place) => values.slice(place * 23, (place + 1) * 23));
    };
    const [plain, later, other] = [await said([4, 5, 1], [7, 8, 9, 1]), await said([4, 5, 1], [7, 8, 19, 1]), await said([4, 6, 1], [7, 8, 9, 1])];
    t.deepEqual(plain.slice(0, 3), later.slice(0, 3));
    t.notDeepEqual(plain[3], later[3]);
    for (const place of [0, 1, 2, 3]) t.notDeepEqual(plain[place], other[place]);
    model.dispose();
  });

  test.serial(`${family}: the product that is not formed is the logits', and its input is told`, async (t) => {
    const model = tinySeq2Seq({ family });
    const batch = pairBatch(model.config.startId);
    const { logits, decoder, headInput } = model.forward(batch, { logits: true, decoder: true, headInput: true });
    await closeTensors(t, 'logits', tf.add(tf.reshape(tf.matMul(tf.reshape(decoder.input, [15, 9]), decoder.weight as tf.Tensor2D, false, true), [3, 5, 23]), decoder.bias), logits, { relative: 1e-5, absolute: 1e-5, ...roundedDeep });
    await closeTensors(t, 'input', headInput, decoder.input);
    t.is(decoder.weight === model.parameters.get(model.config.tied ? (family === 't5' ? 'shared.weight' : 'model.shared.weight') : 'lm_head.weight'), true);
    model.dispose();
    batch.dispose();
  });

  test.serial(`${family}: dropout hangs on its key, differs from side to side, and is off in inference`, async (t) => {
    const model = tinySeq2Seq({ family, hiddenDropout: 0.3, attentionDropout: 0.2, activationDropout: 0.1 });
    const batch = pairBatch(model.config.startId);
    const said = (seed?: number) => read(tf.tidy(() => model.forward(batch, { logits: true }, seed === undefined ? {} : { dropout: randomKey(seed) }).logits));
    t.deepEqual(await said(1), await said(1));
    t.notDeepEqual(await said(1), await said(2));
    t.deepEqual(await said(), await said());
    model.dispose();
    batch.dispose();
  });

  test.serial(`${family}: it learns its pairs from a teacher's product and from labels, step by step, and leaves nothing`, async (t) => {
    const losses: number[] = [];
    const left = await leaks(async () => {
      const [student, teacher] = [freshSeq2Seq(tinySeq2SeqConfig({ family, hiddenDropout: 0.1 }), { seed: 3 }), tinySeq2Seq({ family }, 2)];
      const optimizer = new Optimizer(student.parameters, optimizerDefaults);
      const objective: Objective<{ decoder: true; crossAttention: readonly number[] }, { decoder: true }> = {
        name: 'words', paper: { authors: 'nobody', year: 2026, title: 'An objective for a test', id: 'none' },
        wants: { student: { decoder: true, crossAttention: [-1] }, teacher: { decoder: true } },
        loss: (said, { decoder }, batch) => vocabularyLoss(said.decoder, { teacher: decoder, words: batch.labels!.values, mask: batch.target!.mask, temperature: 2, softWeight: 0.5, maskedWeight: 1 }).loss,
      };
      const host = pairArrays(pairs, { startId: student.config.startId });
      for (let step = 1; step <= 30; step++) {
        const { gradients, loss, parts } = await stepGradients({ student, objective, teacher: liveTeacher(teacher) }, [host], { step, key: randomKey(4, step) });
        const verdict = optimizer.update(gradients, { step, learningRate: 0.02 });
        losses.push(await take(tf.clone(loss)));
        verdict.dispose();
        disposeStep({ gradients, loss, parts });
      }
      optimizer.dispose();
      student.dispose();
      teacher.dispose();
    });
    t.deepEqual(left, { tensors: 0, buffers: 0 });
    t.true(losses.at(-1)! < losses[0]! / 2, `${losses[0]} to ${losses.at(-1)}`);
  });
}

test.serial('a bias of the last product is kept and not learned', async (t) => {
  const model = tinySeq2Seq();
  t.deepEqual(model.parameters.names.filter((name) => !model.parameters.learned.some(([learned]) => learned === name)), ['final_logits_bias']);
  const before = await read(logitsOf(model));
  model.parameters.get('final_logits_bias').assign(tf.fill([1, 23], 2));
  const bias = await read(logitsOf(model));
  const first = tinySeq2Seq();
  first.parameters.get('final_logits_bias').assign(tf.zeros([1, 23]));
  const without = await read(logitsOf(first));
  t.notDeepEqual(before, bias);
  t.true(bias.every((value, at) => Math.abs(value - without[at]! - 2) < 0.1));
  first.dispose();
  model.dispose();
});

test.serial('the encoder alone answers without a target', (t) => {
  const model = tinySeq2Seq();
  const { target: _none, labels: _no, ...sources } = pairArrays(pairs, { startId: 0 });
  const batch = upload(sources);
  tf.tidy(() => {
    const { encoderHidden, encoderQkv } = model.forward(batch, { encoderHidden: [0, -1], encoderQkv: [1] });
    t.deepEqual([...encoderHidden.keys()], [0, -1]);
    t.deepEqual(encoderHidden.get(-1)?.shape, [3, 7, 9]);
    t.deepEqual(encoderQkv.get(1)?.value.shape, [3, 3, 7, 3]);
    t.throws(() => model.forward(batch, { logits: true }), { message: /learns from pairs of texts, but the batch holds sources alone/ });
  });
  batch.dispose();
  model.dispose();
});

test.serial('what cannot be said is refused', (t) => {
  const model = tinySeq2Seq();
  const batch = pairBatch();
  const refused = (wants: Wants, message: RegExp) => tf.tidy(() => void t.throws(() => model.forward(batch, wants), { message }));
  refused({ pooled: true }, /^an encoder-decoder has no pooled$/);
  refused({ cls: [0] }, /has no cls/);
  refused({ hidden: [3] }, /hidden states of layer 3 are wanted, but the model's run from 0 to 2/);
  refused({ encoderScores: [2] }, /the encoder's scores of layer 2 are wanted, but the model's run from 0 to 1/);
  refused({ crossQkv: [-3] }, /queries, keys and values across of layer -3/);
  t.regex(liveTeacher(model).can({ encoderHidden: [9] }) ?? '', /the encoder's hidden states of layer 9/);
  batch.dispose();
  model.dispose();
});

test.serial('a text longer than the positions is refused on either side, and where positions are relative none is', (t) => {
  const long = Array.from({ length: 22 }, (_, place) => 2 + (place % 20));
  for (const family of familyNames) {
    const model = tinySeq2Seq({ family });
    for (const [side, pair] of [['encoder', [long, [3, 1]]], ['decoder', [[3, 1], long]]] as const) {
      const batch = upload(pairArrays([pair], { startId: 0 }));
      const forward = () => tf.tidy(() => model.forward(batch, { logits: true }).logits);
      if (family === 't5') forward().dispose();
      else t.throws(forward, { message: `a text of the ${side} is 22 tokens long, but the model has only 21 positions` });
      batch.dispose();
    }
    model.dispose();
  }
  t.pass();
});

test.serial('the last product of its own, and gates, have gradients of their own', (t) => {
  const model = tinySeq2Seq({ family: 't5', tied: false, gated: true, activation: 'gelu_new' });
  const batch = pairBatch();
  const variables = model.parameters.learned;
  const { loss, gradients } = sweep(() => tf.mean(tf.square(model.forward(batch, { logits: true }).logits)), variables.map(([, variable]) => variable));
  t.deepEqual(variables.flatMap(([name, variable]) => (gradients.has(variable) ? [] : [name])), []);
  t.true(model.parameters.names.includes('decoder.block.0.layer.2.DenseReluDense.wi_1.weight'));
  tf.dispose([loss, ...gradients.values()]);
  batch.dispose();
  model.dispose();
});
