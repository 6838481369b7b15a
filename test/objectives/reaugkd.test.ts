import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { reaugkd, retrievedPrediction } from '../../src/objectives/reaugkd.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { classBatch, gradientsOf, heard } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const student = () => ({ logits: drawn('logits', [4, 3]), cls: drawn('student', [4, 5]) });
const teacher = () => ({ cls: drawn('teacher', [4, 5]) });

test('the task loss and the relations are heard apart; a weight of 0 leaves the task loss', async (t) => {
  const batch = classBatch([0, 2, -1, 1]);
  const hard = await gradientsOf({ objective: hardLabels(), student: student().logits, batch });
  const { loss, ...parts } = await heard({ objective: reaugkd({ relationWeight: 0.5 }), student: student(), teacher: teacher(), batch });
  close(t, 'hard', [parts['reaugkd.hard']!], [hard.loss]);
  close(t, 'loss', [loss!], [hard.loss + 0.5 * parts['reaugkd.relations']!]);
  t.true(parts['reaugkd.relations']! > 0);
  close(t, 'no relations', [(await gradientsOf({ objective: reaugkd({ relationWeight: 0 }), student: student(), teacher: teacher(), batch })).loss], [hard.loss]);
});

test('one example alone has no relation', async (t) => {
  const alone = { logits: drawn('logits', [1, 3]), cls: drawn('student', [1, 5]) };
  const parts = await heard({ objective: reaugkd(), student: alone, teacher: { cls: drawn('teacher', [1, 5]) }, batch: classBatch([1]) });
  t.is(parts['reaugkd.relations'], 0);
});

test('without neighbours, or with β = 1, the answer is the student\'s own', async (t) => {
  const bank = { embeddings: drawn('bank', [6, 5]), softLabels: tf.softmax(drawn('labels', [6, 3])) };
  const { logits, cls } = student();
  const own = await read(tf.softmax(logits));
  const answer = (k: number, beta: number) => read(retrievedPrediction(logits, cls, bank, { k, beta, temperature: 0.5 }));
  close(t, 'k = 0', await answer(0, 0.3), own);
  close(t, 'β = 1', await answer(3, 1), own);
  const nearest = await read(retrievedPrediction(logits, tf.slice(bank.embeddings, [0, 0], [4, 5]), bank, { k: 1, beta: 0, temperature: 0.5 }));
  close(t, 'its own row', nearest, (await read(bank.softLabels)).slice(0, 12));
  close(t, 'more than there are', await answer(99, 0.5), await answer(6, 0.5));
});

test('sides of other widths get a map, a teacher of unknown width is refused', (t) => {
  const sizes = (width: number) => ({ student: { layers: 1, width: 4 }, teacher: { layers: 1, width }, examples: 3 });
  t.deepEqual(reaugkd().parameters?.(sizes(4)), []);
  t.deepEqual(reaugkd().parameters?.(sizes(6)).map(({ shape }) => shape), [[6, 4]]);
  t.regex(reaugkd().refusal?.({ student: { layers: 1, width: 4 }, examples: 3 }) ?? '', /does not say how wide they are/);
  for (const options of [{ temperature: 0 }, { relationWeight: -1 }]) t.throws(() => reaugkd(options), { message: /^reaugkd: / });
});
