import test from 'ava';
import type { HostArrays } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import { randomKey } from '../../src/engine/random.ts';
import { replayCounts } from '../../src/engine/replay.ts';
import * as tf from '../../src/engine/tf.ts';
import { crd } from '../../src/objectives/crd.ts';
import { distilbert } from '../../src/objectives/distilbert.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { noisyLogit } from '../../src/objectives/noisy-logit.ts';
import { type Objective, weighted } from '../../src/objectives/objective.ts';
import { tinybertAttention } from '../../src/objectives/tinybert-attention.ts';
import { tinybertHidden } from '../../src/objectives/tinybert-hidden.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { trainingBatches } from '../../src/text/batches.ts';
import { openAuxiliary, shapesOf, together } from '../../src/train/auxiliary.ts';
import { disposeStep, stepGradients } from '../../src/train/gradients.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { read } from '../engine/numbers.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { corpus, student } from './lesson.ts';
import { capturesUnderTest, engineUnderTest, replayUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const replays = engineUnderTest === 'torch' && replayUnderTest !== false;
const dropped = { hiddenDropout: 0.1, attentionDropout: 0.1, classifierDropout: 0.1 };

/** Thirty steps. Every number of them; `fresh` gives each step an objective of its own, which has never been seen, so nothing is replayed. */
async function lesson(objective: () => Objective, { fresh, accumulation = 1, task = 'single-label' }: { fresh: boolean; accumulation?: number; task?: 'single-label' | 'masked-lm' }) {
  const learner = student({ ...dropped, task });
  const speaker = tinyModel({ task }, 8);
  const teacher = liveTeacher(speaker);
  const auxiliary = openAuxiliary(objective(), shapesOf({ student: learner, teacher }, 11), 5);
  const optimizer = new Optimizer(together(learner.parameters, auxiliary));
  const batches = trainingBatches(corpus, { seed: 3, rows: 4, padId: 0 });
  const numbers: unknown[] = [];
  const same = objective();
  const before = replayCounts();
  const left = await leaks(async () => {
    for (let step = 1; step <= 30; step++) {
      const made = await stepGradients({ student: learner, objective: fresh ? objective() : same, teacher, auxiliary }, Array.from({ length: accumulation }, () => forTask(batches.next().value, task)), { step, key: randomKey(5, step) });
      numbers.push(await read(made.loss));
      for (const [part, value] of made.parts) numbers.push([part, await read(value)]);
      for (const [name, variable] of auxiliary.entries()) numbers.push([name, await read(variable)]);
      for (const [name, variable] of learner.parameters.entries()) numbers.push([name, made.gradients.has(variable) ? await read(made.gradients.get(variable)!) : 'none']);
      optimizer.update(made.gradients, { step, learningRate: 0.01 }).dispose();
      disposeStep(made);
      if (step === 20) learner.parameters.assign(new Map([...(await learner.parameters.read())].map(([name, { data }]) => [name, data.map((value) => value * 0.9)])));
    }
  });
  numbers.push(await bitsOf(learner));
  optimizer.dispose();
  auxiliary.dispose();
  tf.dispose([...learner.parameters.entries(), ...speaker.parameters.entries()].map(([, variable]) => variable));
  const after = replayCounts();
  return { numbers, left, replayed: after.replayed - before.replayed, launched: after.captures.launched - before.captures.launched, refusals: [...after.captures.refusals.keys()] };
}

/** For a masked language model every third word is to be predicted, where it stands. */
function forTask(batch: HostArrays, task: 'single-label' | 'masked-lm'): HostArrays {
  return task === 'single-label' ? batch : { ...batch, labels: { kind: task, tokens: batch.inputIds.map((id, place) => (place % 3 === 1 && batch.mask[place] === 1 ? id : -1)) } };
}

const cases: Readonly<Record<string, { objective: () => Objective; replayable: boolean; task?: 'masked-lm' }>> = {
  'hard and soft labels': { objective: () => weighted([[0.3, hardLabels()], [0.7, softLabel({ temperature: 3 })]]), replayable: true },
  'a weight that follows the step': { objective: () => weighted([[{ from: 1, to: 0, steps: 30 }, hardLabels()], [0.7, softLabel({})]]), replayable: false },
  'a weight that changes late': { objective: () => weighted([[{ description: 'none from step 25', at: (step) => (step < 25 ? 1 : 0) }, hardLabels()], [1, softLabel({})]]), replayable: false },
  'words and hidden states': { objective: () => distilbert(), replayable: true, task: 'masked-lm' },
  'states, attention and projections': { objective: () => weighted([[1, tinybertHidden()], [1, tinybertAttention()], [0.5, minilmAttention()]]), replayable: true },
  'memories that follow the examples': { objective: () => weighted([[1, crd({ width: 5, negatives: 4 })]]), replayable: false },
  'noise of each example': { objective: () => weighted([[1, noisyLogit({ share: 0.5 })]]), replayable: false },
};
for (const [name, { objective, replayable, task }] of Object.entries(cases)) {
  for (const accumulation of [1, 2]) {
    test.serial(`${name}, ${accumulation} micro-batches: replayed or not, every bit of thirty steps is the same`, async (t) => {
      const [again, eager] = [await lesson(objective, { fresh: false, accumulation, ...(task && { task }) }), await lesson(objective, { fresh: true, accumulation, ...(task && { task }) })];
      t.deepEqual(again.numbers, eager.numbers);
      t.deepEqual(again.left, { tensors: 0, buffers: 0 });
      t.is(eager.replayed, 0);
      if (capturesUnderTest) t.is(again.launched, again.replayed, again.refusals.join('; '));
      if (replays && replayable) t.true(again.replayed > 10, `${again.replayed} replays`);
      else t.is(again.replayed, 0);
    });
  }
}

test.serial('what is frozen may be more or less from one run to the next: replayed or not, every gradient is the same', async (t) => {
  const gradients = async (fresh: boolean) => {
    const { parameters, ...rest } = student();
    const [same, numbers, before] = [softLabel(), [] as unknown[], replayCounts().replayed];
    const learning = { student: { ...rest, parameters }, teacher: liveTeacher(tinyModel({}, 8)) };
    const batch = trainingBatches(corpus, { seed: 3, rows: 4, padId: 0 }).next().value;
    for (const frozen of [2, 4]) {
      await parameters.freezing(parameters.names.slice(-frozen), async () => {
        for (let step = 1; step <= 6; step++) {
          const made = await stepGradients({ ...learning, objective: fresh ? softLabel() : same }, [batch], { step, key: randomKey(5, step) });
          for (const [name, variable] of parameters.entries()) numbers.push([name, made.gradients.has(variable) ? await read(made.gradients.get(variable)!) : 'none']);
          disposeStep(made);
        }
      });
    }
    return { numbers, replayed: replayCounts().replayed - before };
  };
  const [again, eager] = [await gradients(false), await gradients(true)];
  t.deepEqual(again.numbers, eager.numbers);
  t.is(again.replayed, replays ? 8 : 0);
});
