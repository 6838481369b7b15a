import test from 'ava';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { tinybertHidden } from '../../src/objectives/tinybert-hidden.ts';
import { plain } from '../../src/strategies/plain.ts';
import { type Stage, stages } from '../../src/strategies/stages.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { startEngine } from '../engine-under-test.ts';
import { bitsOf } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';
import { corpus, dev, lessonOf, lossesOf, settings, stopIn, student } from './lesson.ts';

test.before(startEngine);

const isUpper = (name: string) => !/embeddings|layer\.0\./.test(name);
const two: readonly Stage[] = [
  { name: 'states', objective: tinybertHidden(), settings: { steps: 5 } },
  { name: 'answers', objective: softLabel(), learns: isUpper, settings: { steps: 4, learningRate: 0.02 } },
];

test('what is frozen in a stage comes out of it bit for bit, and learns again in the next', async (t) => {
  const pupil = student();
  const { parameters } = pupil;
  const read = async () => new Map([...(await parameters.read())].map(([name, { data }]) => [name, [...data].join()]));
  const seen: Map<string, string>[] = [await read()];
  const three: readonly Stage[] = [{ ...two[1]!, name: 'upper' }, { name: 'lower', objective: softLabel(), learns: (name) => !isUpper(name) }, { name: 'all', objective: softLabel() }];
  for (const stage of three) {
    await stages([stage])(lessonOf({ student: pupil }));
    seen.push(await read());
  }
  const changed = (stage: number) => parameters.names.filter((name) => seen[stage]?.get(name) !== seen[stage + 1]?.get(name));
  const learning = parameters.names.filter((name) => !name.endsWith("attention.self.key.bias")); // which changes no softmax
  t.deepEqual(changed(0).filter((name) => !isUpper(name)), []);
  t.deepEqual(learning.filter((name) => isUpper(name) && !changed(0).includes(name)), []);
  t.deepEqual(changed(1).filter(isUpper), []);
  t.true(changed(1).some((name) => name.includes('embeddings')));
  t.deepEqual(learning.filter((name) => !changed(2).includes(name)), []);
  t.is(parameters.learned.length, parameters.names.length, 'nothing stays frozen');
});

test('each stage begins with a fresh optimiser: two stages are two runs one after the other', async (t) => {
  const [staged, byHand] = [student(), student()];
  const events: TrainEvent[] = [];
  const outcome = await stages(two.map(({ learns: _, ...stage }) => stage))(lessonOf({ student: staged }, events));
  t.deepEqual(outcome, { step: 4, best: null });
  t.deepEqual([lossesOf(events, 'tiny: states').length, lossesOf(events, 'tiny: answers').length], [5, 4]);
  for (const { objective, settings: own } of two) await plain(lessonOf({ student: byHand, objective, settings: { ...settings, ...own } }));
  t.is(await bitsOf(staged), await bitsOf(byHand));
});

test('stopped in any stage and begun again, the lesson ends as one never stopped', async (t) => {
  const whole = student();
  await stages(two)(lessonOf({ student: whole, dev }));
  for (const [stage, step] of [['states', 2], ['states', 5], ['answers', 1], ['answers', 3]] as const) {
    const checkpoints = await temporaryFolder(t);
    const stopped = await stages(two)(lessonOf({ dev, hooks: { checkpoints, ...stopIn(`tiny: ${stage}`, step) } }));
    if (step < 5) t.like(stopped, { step, stopped: 'interrupted' });
    const pupil = student(77); // its weights come from the checkpoints alone
    const events: TrainEvent[] = [];
    await stages(two)(lessonOf({ student: pupil, dev, hooks: { checkpoints } }, events));
    t.is(await bitsOf(pupil), await bitsOf(whole), `stopped in ${stage} after ${step}`);
    t.is(lossesOf(events, 'tiny: states').length, stage === 'states' ? 5 - step : 0);
  }
});

test('a later stage is not resumed after another first one', async (t) => {
  const checkpoints = await temporaryFolder(t);
  await stages(two)(lessonOf({ hooks: { checkpoints, ...stopIn('tiny: answers', 2) } }));
  const other = [{ ...two[0]!, name: 'others', settings: { steps: 3 } }, two[1]!];
  await t.throwsAsync(stages(other)(lessonOf({ hooks: { checkpoints } })), { message: /this checkpoint belongs to a run with other settings[^]*before: checkpoint/ });
});

test('scores count in the last stage alone unless a stage asks for them, and patience is a stop rule of a scored one', async (t) => {
  const events: TrainEvent[] = [];
  const frozen: Stage = { name: 'still', objective: softLabel(), settings: { steps: 20, learningRate: 1e-12, evaluateEvery: 1, patience: 2 }, scored: true };
  await stages([{ ...frozen, name: 'first', scored: false }, frozen, two[1]!])(lessonOf({ dev }, events));
  const evaluated = events.flatMap((event) => (event.kind === 'evaluation' ? [`${event.run} ${event.step}`] : []));
  t.deepEqual(evaluated, ['tiny: still 1', 'tiny: still 2', 'tiny: still 3', 'tiny: answers 4']);
  t.is(lossesOf(events, 'tiny: first').length, 20);
});

test('a lesson that is scored in a way of its own is so in the last stage alone, and its patience holds', async (t) => {
  const events: TrainEvent[] = [];
  const score = { metric: 'level', measure: () => Promise.resolve({ level: 1 }) };
  const patient = { steps: 20, evaluateEvery: 1, patience: 2 };
  const outcome = await stages(two.map((stage) => ({ ...stage, settings: patient })))(lessonOf({ score }, events));
  t.like(outcome, { step: 3, stopped: 'early', best: { step: 1, score: 1 } });
  const evaluated = events.flatMap((event) => (event.kind === 'evaluation' ? [`${event.run} ${event.step}`] : []));
  t.deepEqual(evaluated, ['tiny: answers 1', 'tiny: answers 2', 'tiny: answers 3']);
  t.is(lossesOf(events, 'tiny: states').length, 20);
});

test('a stage has what it brings: corpus and teacher too', async (t) => {
  const events: TrainEvent[] = [];
  const more = tinyCorpus(40, { prefix: 'm', seed: 5 });
  await stages([{ name: 'more', objective: hardLabels(), corpus: more }, { name: 'less', objective: hardLabels() }])(lessonOf({}, events));
  t.deepEqual(events.flatMap((event) => (event.kind === 'start' ? [event.examples] : [])), [40, corpus.exampleIds.length]);
});

test('what cannot be meant is refused', async (t) => {
  await t.throwsAsync(stages([])(lessonOf()), { message: 'a lesson in stages has at least one' });
  await t.throwsAsync(stages([two[0]!, two[0]!])(lessonOf()), { message: "two stages are called 'states'; give each a name of its own" });
  await t.throwsAsync(stages([{ ...two[0]!, learns: () => false }])(lessonOf()), { message: "stage 'states': no parameter of the student learns in it" });
});
