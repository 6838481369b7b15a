import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { engineMark } from '../../src/engine/engine.ts';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { distilbert } from '../../src/objectives/distilbert.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { weighted } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { readJson, writeJson } from '../../src/storage/json.ts';
import { numbersIn } from '../../src/storage/numbered-folders.ts';
import { wordMasking } from '../../src/text/masking.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { StoredStates } from '../../src/teacher/stored-states.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { learningRateAt } from '../../src/train/schedule.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import type { TrainSettings } from '../../src/train/train.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { tinyTokenizer } from '../text/tiny-tokenizer.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { changedLoss, corpus, ofKind, run, scripted, settings, stopAfter, student } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const dropping = () => student({ hiddenDropout: 0.2, attentionDropout: 0.1, classifierDropout: 0.2 });
const objective = weighted([[0.5, hardLabels()], [0.5, softLabel()]]);
const teacher = () => liveTeacher(tinyModel({}, 8));
const distilled = () => ({ student: dropping(), objective, teacher: teacher() });

test('same seed, same weights, bit for bit; another seed, others', async (t) => {
  const bits = async (seed: number) => bitsOf((await run({ learning: distilled(), settings: { seed } })).model);
  t.is(await bits(5), await bits(5));
  t.not(await bits(5), await bits(6));
});

test('it learns: the loss falls', async (t) => {
  const { events } = await run({ settings: { steps: 60, schedule: 'constant', logEvery: 20 } });
  const [first, , last] = ofKind(events, 'step').map(({ loss }) => loss);
  t.true((last ?? NaN) < 0.5 * (first ?? NaN), `${first} -> ${last}`);
});

const interrupted: Record<string, Partial<TrainSettings>> = {
  'with dropout': {},
  'with accumulated gradients': { accumulation: 2, schedule: 'cosine' },
  'where a batch straddles two epochs': { rows: 8, weightDecay: 0.1, maxGradientNorm: Infinity },
};
for (const [what, change] of Object.entries(interrupted)) {
  test(`stopped after any step and resumed, a run ends as one never stopped: ${what}`, async (t) => {
    const whole = await bitsOf((await run({ learning: distilled(), settings: change })).model);
    for (const step of [1, 3, 6]) {
      const checkpoints = await temporaryFolder(t);
      const stopped = await run({ learning: distilled(), settings: change, hooks: { checkpoints, ...stopAfter(step) } });
      t.deepEqual(stopped.outcome, { step, best: null, stopped: 'interrupted' });
      t.deepEqual(await numbersIn(checkpoints, 'step'), [step]);
      const learning = { ...distilled(), student: student({ ...dropping().config }, 77) }; // its weights come from the checkpoint alone
      const resumed = await run({ learning, settings: change, hooks: { checkpoints } });
      t.is(ofKind(resumed.events, 'start')[0]?.resumedAt, step);
      t.deepEqual(ofKind(resumed.events, 'step').map((event) => event.step), [1, 2, 3, 4, 5, 6, 7].slice(step));
      t.deepEqual(resumed.outcome, { step: 7, best: null });
      t.is(await bitsOf(resumed.model), whole, `stopped after ${step}`);
    }
  });
}

const hidden = wordMasking(tinyTokenizer(), { wholeWords: true });
/** Words to fill in, with a teacher's help. */
const filling = (masking = hidden) => ({ student: student({ task: 'masked-lm', labels: [], hiddenDropout: 0.2 }), objective: distilbert(), teacher: liveTeacher(tinyModel({ task: 'masked-lm', labels: [], layers: 1 }, 8)), masking });

test('words are hidden anew in every step, by the seed: the same again after an interruption, others with another seed', async (t) => {
  const change = { accumulation: 2 };
  const bits = async (settings: Partial<TrainSettings>) => bitsOf((await run({ learning: filling(), settings })).model);
  const whole = await bits(change);
  t.not(await bits({ ...change, seed: 6 }), whole);
  for (const step of [1, 4]) {
    const checkpoints = await temporaryFolder(t);
    await run({ learning: filling(), settings: change, hooks: { checkpoints, ...stopAfter(step) } });
    t.is(await bitsOf((await run({ learning: filling(), settings: change, hooks: { checkpoints } })).model), whole, `stopped after ${step}`);
    const other = wordMasking(tinyTokenizer(), { share: 0.3 });
    await t.throwsAsync(run({ learning: filling(other), settings: change, hooks: { checkpoints } }), { message: /masking: checkpoint 15 % of words, 80\/10\/10, this run 30 % of tokens, 80\/10\/10/ });
  }
  const steps: string[] = [];
  const watching = { ...hidden, mask: ((batch, key) => {
    const masked = hidden.mask(batch, key);
    steps.push(`${batch.exampleIds.join()} ${masked.labels.tokens.join()}`);
    return masked;
  }) as typeof hidden.mask };
  await run({ learning: filling(watching), settings: { rows: 11, steps: 3 } });
  t.is(new Set(steps).size, 3);
});

test('a run begun on another engine goes on, and says so; on the same one it has nothing to say', async (t) => {
  const checkpoints = await temporaryFolder(t);
  await run({ hooks: { checkpoints, ...stopAfter(3) } });
  const file = join(checkpoints, 'step-00000003', 'progress.json');
  const kept = (await readJson(file)) as object;
  const [start] = ofKind((await run({ hooks: { checkpoints } })).events, 'start');
  t.deepEqual([start?.resumedAt, start?.engine, start?.engineBefore], [3, engineMark(), undefined]);
  const engineBefore = { ...engineMark(), threads: 64 };
  for (const step of await numbersIn(checkpoints, 'step')) if (step > 3) await rm(join(checkpoints, `step-${String(step).padStart(8, '0')}`), { recursive: true });
  await writeJson(file, { ...kept, engine: engineBefore });
  const { events, outcome } = await run({ hooks: { checkpoints } });
  t.like(ofKind(events, 'start')[0], { resumedAt: 3, engine: engineMark(), engineBefore });
  t.is(outcome.step, 7);
});

test('a run that is over is not run again', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const first = await run({ hooks: { checkpoints } });
  const { model, outcome, events } = await run({ learning: { student: student({}, 3) }, hooks: { checkpoints } });
  t.deepEqual(events.map(({ kind }) => kind), ['start', 'end']);
  t.deepEqual(outcome, { step: 7, best: null });
  t.is(await bitsOf(model), await bitsOf(first.model));
});

test('a checkpoint of another run is refused, by settings, corpus, objective, teacher or what the caller adds', async (t) => {
  const checkpoints = await temporaryFolder(t);
  await run({ learning: distilled(), hooks: { checkpoints, identity: { teacher: 'aa' }, ...stopAfter(2) } });
  const resume = (learning: object, change: Partial<TrainSettings> = {}) => run({ learning: { ...distilled(), ...learning }, settings: change, hooks: { checkpoints, identity: { weights: 'bb' } } });
  const { message } = await t.throwsAsync(resume({ objective: softLabel({ temperature: 3 }), teacher: liveTeacher(tinyModel(), { name: 'Anna' }) }, { seed: 6, accumulation: 2 }));
  t.deepEqual(message.split('\n').slice(1).sort(), [
    '  accumulation: checkpoint 1, this run 2',
    '  objective: checkpoint 0.5 hard-labels + 0.5 soft-label(temperature 2, alpha 1, form kl, scaleT2 true), this run soft-label(temperature 3, alpha 1, form kl, scaleT2 true)',
    '  seed: checkpoint 5, this run 6',
    '  teacher: checkpoint live 2x9 bert, this run Anna',
    '  weights: checkpoint absent, this run bb',
  ]);
});

for (const place of ['in memory', 'on disk'] as const) {
  test(`the best weights are kept ${place} and put back at the end`, async (t) => {
    const bits: string[] = [];
    const model = student();
    const checkpoints = place === 'on disk' ? await temporaryFolder(t) : undefined;
    const { outcome, events } = await run({ learning: { student: model }, settings: { evaluateEvery: 2 }, hooks: { checkpoints, score: scripted([0.1, 0.9, 0.9, 0.4], bits, model) } });
    t.deepEqual(ofKind(events, 'evaluation').map(({ step, best, scores }) => [step, best, scores.accuracy]), [[2, true, 0.1], [4, true, 0.9], [6, false, 0.9], [7, false, 0.4]]);
    t.deepEqual(outcome, { step: 7, best: { step: 4, score: 0.9 } });
    t.is(new Set(bits).size, 4);
    t.is(bits[1], await bitsOf(model));
  });
}

test('the best weights of before an interruption come back after it', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const [bits, first, second] = [[] as string[], student(), student({}, 2)];
  const score = (of: typeof first) => scripted([0.9, 0.1, 0.2, 0.3], bits, of);
  await run({ learning: { student: first }, settings: { evaluateEvery: 2 }, hooks: { checkpoints, score: score(first), ...stopAfter(3) } });
  t.is(bits.length, 1);
  const { outcome } = await run({ learning: { student: second }, settings: { evaluateEvery: 2 }, hooks: { checkpoints, score: score(second) } });
  t.deepEqual(outcome.best, { step: 2, score: 0.9 });
  t.is(bits[0], await bitsOf(second));
});

test('a score that is no number is never the best, and its checkpoint can be read', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const [bits, model] = [[] as string[], student()];
  const change = { evaluateEvery: 2 };
  const stopped = await run({ learning: { student: model }, settings: change, hooks: { checkpoints, score: scripted([NaN, 0.3, NaN, NaN], bits, model), ...stopAfter(3) } });
  t.is(stopped.outcome.best, null);
  const { outcome } = await run({ learning: { student: model }, settings: change, hooks: { checkpoints, score: scripted([NaN, 0.3, NaN, NaN], bits, model) } });
  t.deepEqual(outcome.best, { step: 4, score: 0.3 });
  t.is(bits[1], await bitsOf(model));
});

test('a metric that nobody measures is refused by name', async (t) => {
  const score = { metric: 'acuracy', measure: () => Promise.resolve({ accuracy: 1, f1: 1 }) };
  await t.throwsAsync(run({ hooks: { score } }), { message: "the student is to be judged by 'acuracy', but its scores are accuracy, f1" });
});

test('a step whose loss is not a number is skipped: an event with its examples, weights and moments as before', async (t) => {
  const poisoned = changedLoss((loss, ids) => (ids.includes('e4') ? tf.mul(loss, NaN) : loss));
  const [bits, model] = [[] as string[], student()];
  const { events } = await run({
    learning: { student: model, objective: poisoned },
    settings: { rows: 1, steps: 11, schedule: 'constant', warmupSteps: 0, evaluateEvery: 1, logEvery: 4 },
    hooks: { score: scripted([], bits, model) },
  });
  const [skipped, ...more] = ofKind(events, 'skipped');
  t.deepEqual([skipped?.exampleIds, skipped?.reason, more], [['e4'], 'loss NaN, gradient norm NaN', []]);
  const changed = bits.map((now, i) => now !== (bits[i - 1] ?? ''));
  t.deepEqual(changed.flatMap((moved, i) => (moved ? [] : [i + 1])), [skipped?.step], 'every other step moved');
  t.true(ofKind(events, 'step').every(({ loss, gradientNorm }) => Number.isFinite(loss) && Number.isFinite(gradientNorm)));
});

test('a run of nothing but broken steps ends with an error, its student as it was', async (t) => {
  const model = student();
  const before = await bitsOf(model);
  const events: TrainEvent[] = [];
  const broken = changedLoss((loss) => tf.mul(loss, Infinity));
  await t.throwsAsync(run({ learning: { student: model, objective: broken }, settings: { steps: 40 }, hooks: { emit: (event) => void events.push(event) } }), { message: /^tiny: 20 steps in a row/ });
  t.is(ofKind(events, 'skipped').length, 20);
  t.is(await bitsOf(model), before);
});

test('what does not fit is refused before anything happens', async (t) => {
  const refused = async (given: Parameters<typeof run>[0], message: string | RegExp) => {
    const heard: TrainEvent[] = [];
    await t.throwsAsync(run({ ...given, hooks: { ...given?.hooks, emit: (event) => void heard.push(event) } }), { message });
    t.deepEqual(heard, []);
  };
  await refused({ learning: { objective: softLabel() } }, 'soft-label listens to a teacher, but there is none');
  const source = { teacher: 'aa', tokenizer: 't', corpus: 'c', maxTokens: 13, task: 'single-label' as const, labels: ['a'] };
  const header = { format: 'retort-labels-2', tool: 't', voice: 'v', wants: { logits: true }, dtypes: { logits: 'float32', states: 'float16' }, states: null, source, examples: 0, silent: 0, shards: [] } as const;
  const recorded = recordedTeacher({ folder: 'f', header: { ...header, shards: [] }, rows: new Map(), logits: new Float32Array(), states: new StoredStates([]) });
  const hearing = { ...hardLabels(), name: 'hidden-states', wants: { student: { logits: true }, teacher: { hidden: [1] } } } as const;
  await refused({ learning: { objective: hearing, teacher: recorded } }, /^hidden-states and the teacher \(recorded aa\) do not fit: the label store holds \{"logits":true\}, but hidden are wanted/);
  for (const [name, value] of [['steps', 0], ['rows', 1.5], ['accumulation', 0], ['logEvery', 0]] as const) await refused({ settings: { [name]: value } }, `${name} must be a whole number from 1, not ${value}`);
  for (const [name, value] of [['warmupSteps', NaN], ['evaluateEvery', -1], ['checkpointEvery', 0.5]] as const) await refused({ settings: { [name]: value } }, `${name} must be a whole number from 0, not ${value}`);
  for (const value of [0, -1, NaN, Infinity]) await refused({ settings: { learningRate: value } }, `learningRate must be a number above 0, not ${value}`);
  const score = { metric: 'accuracy', measure: () => Promise.resolve({ accuracy: 1 }) };
  await refused({ settings: { patience: 2 }, hooks: { score } }, /^a patience of 2 counts evaluations, but there is none before the end/);
  await refused({ settings: { patience: 2, evaluateEvery: 1 } }, /^a patience of 2 counts evaluations/);
  await refused({ settings: { accumulation: 3 } }, '3 micro-batches do not divide a batch of 4');
});

test('events come in order, each where it is due', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const score = { metric: 'accuracy', measure: () => Promise.resolve({ accuracy: 0.5 }) };
  const { events, outcome } = await run({ settings: { logEvery: 2, evaluateEvery: 3, checkpointEvery: 4 }, hooks: { checkpoints, score } });
  const short = events.map((event) => (event.kind === 'start' ? 'start' : `${event.kind} ${event.step}`));
  t.deepEqual(short, ['start', 'step 2', 'evaluation 3', 'step 4', 'checkpoint 4', 'step 6', 'evaluation 6', 'step 7', 'evaluation 7', 'checkpoint 7', 'end 7']);
  const [start] = ofKind(events, 'start');
  t.deepEqual(start, { kind: 'start', run: 'tiny', totalSteps: 7, examples: 11, parameters: student().parameters.count, engine: engineMark() });
  t.deepEqual(ofKind(events, 'checkpoint').map(({ path }) => path), ['step-00000004', 'step-00000007'].map((name) => join(checkpoints, name)));
  for (const { step, epoch, learningRate, totalSteps } of ofKind(events, 'step')) {
    t.deepEqual([epoch, learningRate, totalSteps], [(4 * step) / 11, learningRateAt(step, { ...settings, shape: 'linear', totalSteps: 7 }), 7]);
  }
  t.deepEqual(outcome, { step: 7, best: { step: 3, score: 0.5 } });
});

test('a checkpoint waits until everything before it is told and recorded', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const stood: [step: number, checkpoints: number[]][] = [];
  const emit = (event: TrainEvent) => void (event.kind === 'step' && stood.push([event.step, []]));
  const recorded = async () => void stood.at(-1)?.[1].push(...(await numbersIn(checkpoints, 'step')));
  await run({ settings: { logEvery: 5, checkpointEvery: 3 }, hooks: { checkpoints, emit, recorded } });
  t.deepEqual(stood, [[3, []], [5, []], [6, [3]], [7, [3, 6]]]);
});

test('rates are those of training, wherever scores and checkpoints fall', async (t) => {
  const slow = changedLoss((loss) => {
    for (const until = performance.now() + 5; performance.now() < until; );
    return loss;
  });
  const score = { metric: 'accuracy', measure: () => Promise.resolve({ accuracy: 0.5 }) };
  for (const change of [{ evaluateEvery: 4 }, { evaluateEvery: 3, checkpointEvery: 3 }]) {
    const { events } = await run({ learning: { objective: slow }, settings: { logEvery: 5, ...change }, hooks: { score, checkpoints: await temporaryFolder(t) } });
    for (const { step, examplesPerSecond } of ofKind(events, 'step')) t.true(examplesPerSecond <= 4 / 0.005, `step ${step}: ${examplesPerSecond} examples/s, each step of 4 taking 5 ms and more`);
  }
});

test('one aborted before it began takes no step', async (t) => {
  const model = student();
  const before = await bitsOf(model);
  const { events, outcome } = await run({ learning: { student: model }, hooks: { signal: AbortSignal.abort(), checkpoints: await temporaryFolder(t) } });
  t.deepEqual(outcome, { step: 0, best: null, stopped: 'interrupted' });
  t.deepEqual(events.at(-1)?.kind, 'end');
  t.is(await bitsOf(model), before);
});

test('each epoch shows every example once', async (t) => {
  const seen: string[] = [];
  await run({ settings: { rows: 11, steps: 2 }, learning: { objective: changedLoss((loss, ids) => {
    seen.push(...ids);
    return loss;
  }) } });
  for (const epoch of [seen.slice(0, 11), seen.slice(11)]) t.deepEqual([...epoch].sort(), [...corpus.exampleIds].sort());
});

test.serial('a run leaves no tensor behind, whether it ends, is stopped, resumes or fails', async (t) => {
  const checkpoints = await temporaryFolder(t);
  const learning = distilled();
  const score = scripted([0.1, 0.3, 0.2], [], learning.student);
  const broken = changedLoss((loss) => tf.mul(loss, NaN));
  t.deepEqual(await leaks(async () => {
    await run({ learning, settings: { accumulation: 2, logEvery: 3 }, hooks: { score } });
    await run({ learning, hooks: { checkpoints, ...stopAfter(3) } });
    await run({ learning, hooks: { checkpoints } });
    await t.throwsAsync(run({ learning: { ...learning, objective: broken }, settings: { steps: 30 } }), { message: /20 steps in a row/ });
  }), { tensors: 0, buffers: 0 });
});
