import test from 'ava';
import { parameterSpecs } from '../../src/models/parameter-specs.ts';
import { hintThenLogits, upTo } from '../../src/strategies/hint-then-logits.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyConfig, tinyModel } from '../models/tiny-model.ts';
import { withoutLabels } from '../teacher/tiny-corpus.ts';
import { corpus, lessonOf, lossesOf, settings, student } from './lesson.ts';

test.before(startEngine);

test('the first stage moves the student up to its guided layer, and its loss falls; the second moves all of it', async (t) => {
  const pupil = student();
  const read = async () => new Map([...(await pupil.parameters.read())].map(([name, { data }]) => [name, [...data].join()]));
  const before = await read();
  const events: TrainEvent[] = [];
  let between: typeof before | undefined;
  const snapshots = { steps: [30], keep: async () => void (between = await read()) }; // the second stage has no such step
  await hintThenLogits({ hint: { steps: 30 } })(lessonOf({ student: pupil, settings: { ...settings, schedule: 'constant' }, hooks: { snapshots } }, events));
  const hints = lossesOf(events, 'tiny: hint');
  t.true((hints.at(-1) ?? NaN) < 0.7 * (hints[0] ?? NaN), `${hints[0]} -> ${hints.at(-1)}`);
  const moved = [...before.keys()].filter((name) => between?.get(name) !== before.get(name));
  t.true(moved.length > 10 && moved.every((name) => /embeddings|layer\.0\./.test(name)), moved.join());
  const after = await read();
  t.true(['bert.pooler.dense.weight', 'classifier.weight', 'bert.encoder.layer.1.output.dense.weight'].every((name) => after.get(name) !== before.get(name)));
  t.false([...after.keys()].some((name) => name.includes('regressor')));
});

test('the teacher counts 4 at the second stage\'s first step and 1 at its last, labels 1 throughout', async (t) => {
  const events: TrainEvent[] = [];
  await hintThenLogits({ logits: { steps: 4 } })(lessonOf({}, events));
  const steps = events.flatMap((event) => (event.kind === 'step' && event.run === 'tiny: logits' ? [event] : []));
  t.is(steps.length, 4);
  for (const { step, loss, parts } of steps) {
    const expected = (parts['hard-labels'] ?? NaN) + (5 - step) * (parts['soft-label'] ?? NaN);
    t.true(Math.abs(loss - expected) < 1e-4, `step ${step}: ${loss}, expected ${expected}`);
  }
});

test('text without labels is enough: softened classes alone are learned then', async (t) => {
  const events: TrainEvent[] = [];
  await hintThenLogits({ logits: { steps: 2 } })(lessonOf({ corpus: withoutLabels(corpus) }, events));
  t.deepEqual(events.flatMap((event) => (event.kind === 'step' && event.run === 'tiny: logits' ? [Object.keys(event.parts)] : [])), [['soft-label'], ['soft-label']]);
});

test('in every family the guided part ends below the layer, and no head is in it', (t) => {
  for (const family of ['bert', 'distilbert', 'roberta', 'electra', 'mobilebert'] as const) {
    const config = tinyConfig({ family, layers: 3, ...(family === 'mobilebert' && { width: 12 }) });
    const learning = parameterSpecs(config).map(({ name }) => name).filter(upTo(2, config));
    const layers = new Set(learning.flatMap((name) => /layer\.(\d+)\./.exec(name)?.[1] ?? []));
    t.deepEqual([...layers].sort(), ['0', '1'], family);
    t.true(learning.some((name) => name.includes('embeddings')), family);
    t.false(learning.some((name) => /classifier|pooler/.test(name)), family);
  }
  const shared = tinyConfig({ family: 'albert', layers: 3 });
  t.true(parameterSpecs(shared).map(({ name }) => name).filter((name) => name.includes('layer')).every(upTo(1, shared)), 'a shared layer has no part');
});

test('without a model as teacher, or without a classifier as student, it says so', async (t) => {
  const { teacher: _, ...alone } = lessonOf();
  await t.throwsAsync(hintThenLogits()(alone), { message: 'hint-then-logits matches layers, but there is no teacher; give a model as teacher' });
  await t.throwsAsync(hintThenLogits()(lessonOf({ student: tinyModel({ task: 'none', labels: [] }) })), { message: 'hint-then-logits ends with what a classifier says, but the student is a bare encoder' });
});
