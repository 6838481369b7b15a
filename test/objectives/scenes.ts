// For every objective of the catalogue: what student and teacher say of a small batch, and where theory puts the minimum of its loss.
import * as tf from '../../src/engine/tf.ts';
import { objectiveCatalogue } from '../../src/objectives/catalogue.ts';
import { drawn } from '../engine/numbers.ts';
import { drawNoise } from '../../src/objectives/noisy-logit.ts';
import { firstStep, logSoftmax } from './examples.ts';
import { classes, depth, inOrder, mask, rows, rowsOf, type Scene, targetWords, tokens, vocabulary, width, words } from './scene.ts';
import { stateScenes } from './state-scenes.ts';

/** How many teachers an ensemble has. */
const count = 3;

const hits = () => tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), depth), 'float32'); // the engine makes them as whole numbers only

/** Class logits of seven rows, two of them without a label. */
const classScene = (name: string): Omit<Scene, 'minimum'> => ({
  make: objectiveCatalogue[name]!,
  student: (drawnAs, deviation) => ({ logits: drawn(drawnAs, [rows, depth], deviation) }),
  teacher: (drawnAs, deviation) => ({ logits: drawn(drawnAs, [rows, depth], deviation) }),
  batch: (order = inOrder) => rowsOf('single-label', classes, inOrder.map(() => 1), 1, order),
  unlabelled: () => rowsOf('single-label', classes.map(() => -1), inOrder.map(() => 1), 1, inOrder),
});

/** The same, heard from three teachers. */
const ensembleScene = (name: string): Omit<Scene, 'minimum'> => ({
  ...classScene(name),
  teacher: (drawnAs, deviation) => ({ members: drawn(drawnAs, [count, rows, depth], deviation) }),
});

/** Token logits and last hidden states of seven rows, some of them short, one all padding; one label (row 1) stands on padding. */
const tokenScene = (name: string): Omit<Scene, 'minimum'> => {
  const say = (drawnAs: string, deviation?: number) => ({
    logits: drawn(`${drawnAs} logits`, [rows, tokens, vocabulary], deviation),
    hidden: drawn(`${drawnAs} hidden`, [rows, tokens, width], deviation),
  });
  return {
    make: objectiveCatalogue[name]!,
    readsTokens: true,
    student: say,
    teacher: say,
    batch: (order = inOrder) => rowsOf('masked-lm', words, mask, tokens, order),
    unlabelled: () => rowsOf('masked-lm', words.map(() => -100), mask, tokens, inOrder),
  };
};

/** Token logits of translations: every place that is no padding has a token to say. */
const translationScene = (name: string): Omit<Scene, 'minimum'> => {
  const say = (drawnAs: string, deviation?: number) => ({ logits: drawn(drawnAs, [rows, tokens, vocabulary], deviation) });
  return {
    make: objectiveCatalogue[name]!,
    readsTokens: true,
    student: say,
    teacher: say,
    batch: (order = inOrder) => rowsOf('translation', targetWords, mask, tokens, order),
    unlabelled: () => rowsOf('translation', targetWords.map(() => -100), mask, tokens, inOrder),
  };
};

/** Logits that leave no doubt of the tokens to say. */
const sureOf = (said: readonly number[]) => tf.reshape(tf.mul(tf.cast(tf.oneHot(tf.tensor1d(said.map((word) => Math.max(word, 0)), 'int32'), vocabulary), 'float32'), 110), [rows, tokens, vocabulary]);

const scene = (plain: Omit<Scene, 'minimum'>, minimum: Scene['minimum']): Scene => ({ ...plain, minimum });

const teacherLogits = () => drawn('teacher', [rows, depth], 2);
const members = () => drawn('teacher', [count, rows, depth], 2);
const known = () => tf.tensor2d(classes.map((label) => [label < 0 ? 0 : 1]), [rows, 1]);

/** The student whose softmax at T is the distribution, and the distribution's own entropy where the loss is a cross-entropy. */
const saying = (distribution: tf.Tensor, temperature = 1) => ({ logits: tf.mul(tf.log(distribution), temperature) });
async function entropyOf(distribution: tf.Tensor): Promise<number> {
  const values = Array.from(await distribution.data());
  return -values.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0) / rows;
}

const matchesTeacher = (name: string): Scene => scene(classScene(name), () => ({ student: { logits: teacherLogits() }, teacher: { logits: teacherLogits() }, loss: 0 }));

export const scenes: Readonly<Record<string, Scene>> = {
  ...stateScenes,
  distilbert: scene(tokenScene('distilbert'), () => {
    const both = { logits: sureOf(words), hidden: tokenScene('distilbert').teacher('teacher').hidden! };
    return { student: both, teacher: both, loss: 0 };
  }),
  'ensemble-average': scene(ensembleScene('ensemble-average'), () => ({ student: saying(tf.mean(tf.softmax(tf.div(members(), 2)), 0), 2), teacher: { members: members() }, loss: 0 })),
  'hard-labels': scene(classScene('hard-labels'), () => ({ student: { logits: tf.mul(hits(), 110) }, loss: 0 })),
  'kd-pt': scene(classScene('kd-pt'), () => {
    const said = tf.softmax(tf.div(teacherLogits(), 2));
    const sure = tf.sum(tf.mul(said, hits()), -1, true);
    const target = tf.add(tf.mul(hits(), sure), tf.mul(tf.sub(1, hits()), tf.div(tf.sub(1, sure), depth - 1)));
    return { student: saying(target, 2), teacher: { logits: teacherLogits() }, loss: 0 };
  }),
  'kd-rel': scene(classScene('kd-rel'), () => ({ student: saying(tf.add(tf.mul(hits(), 0.55), 0.15), 2), loss: 0 })),
  'kd-sim': scene({ ...classScene('kd-sim'), teacher: (drawnAs, deviation) => ({ classWeights: drawn(drawnAs, [depth, 4], deviation) }) }, () => {
    const unlike = { classWeights: tf.eye(depth) }; // cosine 1 with itself, 0 with others
    return { student: { logits: tf.mul(hits(), 2 / 0.3) }, teacher: unlike, loss: 0 };
  }),
  'kd-topk': scene(classScene('kd-topk'), () => ({ student: { logits: teacherLogits() }, teacher: { logits: teacherLogits() }, loss: 0 })), // two kept of three leave no choice
  'label-smoothing': scene(classScene('label-smoothing'), () => {
    const [hit, miss] = [0.9 + 0.1 / 3, 0.1 / 3];
    return { student: { logits: tf.log(tf.add(tf.mul(hits(), hit - miss), miss)) }, loss: -hit * Math.log(hit) - 2 * miss * Math.log(miss) };
  }),
  'logit-mse': { ...matchesTeacher('logit-mse'), seesShifts: true },
  'mt-dnn': scene(ensembleScene('mt-dnn'), async () => {
    const mean = tf.mean(tf.softmax(members()), 0);
    const target = tf.sub(tf.add(mean, tf.mul(hits(), 0.5)), tf.mul(tf.mul(mean, known()), 0.5)); // (y + q) / 2, or q
    return { student: saying(target), teacher: { members: members() }, loss: await entropyOf(target) };
  }),
  'noisy-label': scene(classScene('noisy-label'), async () => {
    const clean = tf.softmax(teacherLogits());
    const pseudo = tf.sub(tf.add(clean, tf.mul(hits(), 0.5)), tf.mul(tf.mul(clean, known()), 0.5)); // half the label, or none of it
    return { student: saying(pseudo), teacher: { logits: teacherLogits() }, loss: await entropyOf(pseudo) };
  }),
  'noisy-logit': {
    ...scene(classScene('noisy-logit'), () => {
      const noise = tf.tensor2d(drawNoise(inOrder.map(String), depth, { share: 0.5, deviation: 0.5, context: firstStep }), [rows, depth]);
      return { student: { logits: tf.mul(teacherLogits(), tf.add(noise, 1)) }, teacher: { logits: teacherLogits() }, loss: 0 };
    }),
    seesShifts: true,
  },
  'oracle-ensemble': scene(ensembleScene('oracle-ensemble'), async () => {
    const said = (await members().array()) as number[][][];
    const best = classes.map((label, row) => {
      if (label < 0) return Array.from({ length: depth }, (_, c) => said.reduce((sum, member) => sum + member[row]![c]! / count, 0));
      const sure = said.map((member) => logSoftmax(member[row]!)[label]!);
      return said[sure.indexOf(Math.max(...sure))]![row]!;
    });
    return { student: { logits: tf.tensor2d(best) }, teacher: { members: members() }, loss: 0 };
  }),
  'seq-kd': scene(translationScene('seq-kd'), () => ({ student: { logits: sureOf(targetWords) }, loss: 0 })),
  'soft-label': matchesTeacher('soft-label'),
  'tinybert-prediction': scene(classScene('tinybert-prediction'), async () => ({ student: { logits: teacherLogits() }, teacher: { logits: teacherLogits() }, loss: await entropyOf(tf.softmax(teacherLogits())) })),
  'word-kd': scene(translationScene('word-kd'), () => ({ student: { logits: sureOf(targetWords) }, teacher: { logits: sureOf(targetWords) }, loss: 0 })),
};
