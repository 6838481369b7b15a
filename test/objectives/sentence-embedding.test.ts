import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { sentenceEmbedding } from '../../src/objectives/sentence-embedding.ts';
import { close } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { classBatch, gradientsOf } from './examples.ts';

test.before(startEngine);

const said = (rows: number[][]) => ({ sentence: tf.tensor2d(rows) });

test('squares over texts and numbers, or one minus the cosine, by hand', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const sides = { student: said([[3, 4], [1, 0]]), teacher: said([[4, 3], [0, 2]]), batch: classBatch([-1, -1]) };
  const squares = await gradientsOf({ objective: sentenceEmbedding(), ...sides });
  close(t, 'squares', [squares.loss, ...squares.gradients.sentence!], [(1 + 1 + 1 + 4) / 4, -0.5, 0.5, 0.5, -1]);
  const cosine = await gradientsOf({ objective: sentenceEmbedding({ distance: 'cosine' }), ...sides });
  // of a = (3, 4), b = (4, 3): -(b / |b| - cos a / |a|) / |a| = -(0.8 - 0.96 * 0.6, 0.6 - 0.96 * 0.8) / 5
  close(t, 'cosine', [cosine.loss, ...cosine.gradients.sentence!], [(0.04 + 1) / 2, -0.0224, 0.0168, 0, -0.5], { absolute: 1e-6 });
});

test('embeddings of two widths are refused with a way out', (t) => {
  const objective = sentenceEmbedding();
  t.is(objective.refusal?.({ student: { layers: 1, width: 4 }, teacher: { layers: 2, width: 4 }, examples: 1 }), undefined);
  t.regex(objective.refusal?.({ student: { layers: 1, width: 4 }, teacher: { layers: 2, width: 6 }, examples: 1 }) ?? '', /4 wide, the teacher's 6; rkd-distance/);
});
