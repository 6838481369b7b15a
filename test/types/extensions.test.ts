// An objective, a teacher and a model of one's own fit the public surface: the compiler holds their types, a few steps that they work
// together, and every piece of code in docs/extending.md stands here or in a recipe.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import {
  type Batch, embedding, type EncoderConfig, freshConfig, freshValues, hardLabels, type Key, leaks, linear, linearSpecs, type Model, type Objective, type OutputOf, Parameters,
  plain, randomKey, type Scalar, type SignalOf, softLabel, type Strategy, type Teacher, type Tensor, tf, trainDefaults, type TrainEvent, type Wants, type Weight, weighted,
} from '../../src/index.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';

test.before(startEngine);

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Squared distance of logits, from an objective that wants more than it uses: what it is handed is what it wants. */
const own: Objective<{ logits: true; hidden: readonly number[] }, { logits: true }> = {
  name: 'own',
  settings: { margin: 0.1 },
  paper: { authors: 'nobody', year: 2026, title: 'An objective for a test', id: 'none' },
  wants: { student: { logits: true, hidden: [-1] }, teacher: { logits: true } },
  loss: ({ logits }, teacher, _batch, { hear }) => {
    const distance: Scalar = tf.mean(tf.square(tf.sub(logits, teacher.logits)));
    hear?.('own.distance', distance);
    return distance;
  },
};

type Handed = (typeof own)['loss'] extends (...handed: infer All) => unknown ? All : never;

/** Lines that do not compile unless every entry is `true`. */
const held = {
  'the student says what was wanted': true satisfies Same<keyof Handed[0], 'logits' | 'hidden'>,
  'layer by layer': true satisfies Same<Handed[0]['hidden'], ReadonlyMap<number, Tensor>>,
  'the teacher says what was wanted': true satisfies Same<keyof Handed[1], 'logits'>,
  'the batch is there': true satisfies Same<Handed[2], Batch>,
  'the step draws from its key': true satisfies Same<Handed[3]['key'], Key>,
};

/** Never run: each line is what a writer may, or may not, do. */
export function written(strategy: Strategy): unknown[] {
  const stepped: Weight = { description: '0.9 until step 5', at: (step) => (step <= 5 ? 0.9 : 0) };
  // @ts-expect-error a function does not say what it is, and a run's identity must
  const nameless: Weight = (step: number) => step;
  // @ts-expect-error an objective names its paper
  const unsigned: Objective = { name: 'unsigned', wants: { student: {}, teacher: {} }, loss: () => tf.scalar(0) };
  const greedy: Objective<{ logits: true }, object> = {
    ...hardLabels(),
    loss: (output) => {
      // @ts-expect-error attention is not wanted, so it is not there
      void output.attention;
      return tf.scalar(0);
    },
  };
  // @ts-expect-error a teacher says what it can
  const silent: Teacher = { name: 'silent', says: () => Promise.resolve({}) };
  // @ts-expect-error a head is one of three
  const strange = softLabel({ task: 'ranking' });
  return [stepped, nameless, unsigned, greedy, silent, strange, weighted([[1, own], [{ from: 0, to: 1, steps: 9 }, softLabel()], [stepped, hardLabels()]]), strategy];
}

/** The mean of word vectors under a linear layer. */
function bagOfWords(config: EncoderConfig, seed: number): Model {
  const parameters = new Parameters(
    [{ name: 'words.weight', shape: [config.vocabulary, config.width], initial: 'normal', zeroRow: config.padId }, ...linearSpecs('classifier', config.labels.length, config.width)],
    (spec) => freshValues(spec, randomKey(seed, 'initialise'), 0.1),
  );
  return {
    config,
    parameters,
    forward: <W extends Wants>(batch: Batch, wants: W) => {
      const beyond = Object.keys(wants).find((want) => want !== 'logits');
      if (beyond !== undefined) throw new Error(`a bag of words has no ${beyond}`);
      const words = embedding(parameters.get('words.weight'), batch.inputIds, { padId: config.padId }); // [B, T, H]
      const real = tf.expandDims(batch.mask, -1); // [B, T, 1]
      const mean = tf.div(tf.sum(tf.mul(words, real), 1), tf.sum(real, 1)); // [B, H]
      return { logits: linear(mean, parameters.pair('classifier')) } as unknown as OutputOf<W>;
    },
    dispose: () => parameters.dispose(),
  };
}

/** A teacher that always says the same of an example: sure of class 1 where its number is odd, of class 0 where not. */
const parity: Teacher = {
  name: 'parity',
  can: (wants) => (Object.keys(wants).join() === 'logits' ? undefined : 'it has logits only'),
  says: <W extends Wants>({ exampleIds }: Batch) => {
    const logits = exampleIds.map((id) => (Number(id.replaceAll(/\D/g, '')) % 2 === 1 ? [-2, 2, -2] : [2, -2, -2]));
    return Promise.resolve({ logits: tf.tensor2d(logits) } as unknown as SignalOf<W>);
  },
};

const config = (): EncoderConfig => freshConfig({ layers: 1, width: 8, heads: 2, feedForwardWidth: 8 }, { vocabulary: 29, padId: 0, positions: 13, task: 'single-label', labels: ['no', 'perhaps', 'yes'], dropout: 0 });

test('the assertions above compiled, which is the test', (t) => {
  t.is(Object.values(held).length, 5);
});

test.serial('a model of one\'s own learns from a teacher and an objective of one\'s own, and leaves nothing behind', async (t) => {
  const { hidden: _, ...student } = own.wants.student;
  const objective = weighted([[{ from: 1, to: 0.5, steps: 30 }, { ...own, wants: { ...own.wants, student } }]]);
  const events: TrainEvent[] = [];
  const left = await leaks(async () => {
    const model = bagOfWords(config(), 3);
    await plain({ student: model, objective, teacher: parity, corpus: tinyCorpus(11), settings: { ...trainDefaults, steps: 30, rows: 11, learningRate: 0.05, logEvery: 1 }, hooks: { run: 'own', emit: (event) => events.push(event) } });
    model.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  const heard = events.flatMap((event) => (event.kind === 'step' ? [event.parts['own.distance'] ?? NaN] : []));
  t.is(heard.length, 30);
  t.true(heard.at(-1)! < heard[0]! / 2, `${heard[0]} to ${heard.at(-1)}`);
  t.true(events.every((event) => event.kind !== 'skipped'));
});

test('what the model or the teacher cannot say is refused before anything is learned', async (t) => {
  const settings = { ...trainDefaults, steps: 1, rows: 4, learningRate: 0.1 };
  const hooks = { run: 'own', emit: () => undefined };
  const model = bagOfWords(config(), 3);
  await t.throwsAsync(plain({ student: model, objective: own, teacher: parity, corpus: tinyCorpus(11), settings, hooks }), { message: 'a bag of words has no hidden' });
  const wider: Objective = { ...hardLabels(), wants: { student: { logits: true }, teacher: { logits: true, cls: [0] } } };
  await t.throwsAsync(plain({ student: model, objective: wider, teacher: parity, corpus: tinyCorpus(11), settings, hooks }), { message: 'hard-labels and the teacher (parity) do not fit: it has logits only' });
  model.dispose();
});

test('the page on extending shows code that compiles: every piece stands here or in the recipe', async (t) => {
  const read = (...path: string[]) => readFile(join(import.meta.dirname, '..', '..', ...path), 'utf8');
  const flat = (code: string) => code.replaceAll(/\s+/g, ' ').trim();
  const compiled = flat(`${await read('test', 'types', 'extensions.test.ts')} ${await read('recipes', 'own-objective.ts')}`);
  const pieces = [...(await read('docs', 'extending.md')).matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  t.is(pieces.length, 3);
  for (const piece of pieces) t.true(compiled.includes(flat(piece)), piece);
});
