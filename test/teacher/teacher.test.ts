import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { disposeSignal, liveTeacher } from '../../src/teacher/teacher.ts';
import { closeTensors } from '../engine/numbers.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const wants = { logits: true, classWeights: true, pooled: true, hidden: [0, 2], cls: [1], scores: [0], attention: [1], qkv: [1] } as const;

test('it says what the model says without dropout', async (t) => {
  const model = tinyModel({ hiddenDropout: 0.5, attentionDropout: 0.5, classifierDropout: 0.5 });
  const [said, forward] = [await liveTeacher(model).says(tinyBatch(), wants), model.forward(tinyBatch(), wants)];
  t.deepEqual(Object.keys(said).sort(), Object.keys(wants).sort());
  const same = { relative: 0, absolute: 0 };
  await closeTensors(t, 'logits', said.logits, forward.logits, same);
  await closeTensors(t, 'hidden', said.hidden.get(2)!, forward.hidden.get(2)!, same);
  await closeTensors(t, 'attention', said.attention.get(1)!, forward.attention.get(1)!, same);
  await closeTensors(t, 'value', said.qkv.get(1)!.value, forward.qkv.get(1)!.value, same);
});

test.serial('a signal outlives the scope it was made in, down to its maps, and is all there is', async (t) => {
  const [model, batch] = [tinyModel(), tinyBatch()];
  const teacher = liveTeacher(model);
  const before = tf.memory().numTensors;
  const said = await teacher.says(batch, wants);
  t.is(tf.memory().numTensors - before, 11, 'logits, class weights, pooled, two hidden, cls, scores, attention, query, key, value');
  for (const { query } of said.qkv.values()) t.is((await query.data()).length, 2 * 3 * 4 * 3);
  disposeSignal(said);
  t.is(tf.memory().numTensors, before);
});

test.serial('many answers leave nothing; freeing one twice does no harm', async (t) => {
  const [model, batch] = [tinyModel(), tinyBatch()];
  const teacher = liveTeacher(model);
  t.deepEqual(await leaks(async () => {
    for (let i = 0; i < 3; i++) {
      const said = await teacher.says(batch, wants);
      disposeSignal(said);
      disposeSignal(said);
    }
  }), { tensors: 0, buffers: 0 });
  t.notThrows(() => model.forward(batch, { logits: true }), 'the parameters are untouched');
});

test('what the model cannot say rejects', async (t) => {
  const saying = liveTeacher(tinyModel()).says(tinyBatch(), { hidden: [7] });
  await t.throwsAsync(saying, { message: "hidden states of layer 7 are wanted, but the model's run from 0 to 2" });
});

test('it is named by its size, or as told', (t) => {
  t.is(liveTeacher(tinyModel()).name, 'live 2x9 bert');
  t.is(liveTeacher(tinyModel(), { name: 'Anna' }).name, 'Anna');
  t.is(liveTeacher(tinyModel()).can({ hidden: [1] }), undefined);
});
