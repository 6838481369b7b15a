// Checks training against the reference, step by step: loss, gradient norm and learning rate, then parameters and moments.
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { upload } from '../../src/engine/batch.ts';
import { randomKey } from '../../src/engine/random.ts';
import { families } from '../../src/models/families.ts';
import { loadModel } from '../../src/models/load.ts';
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { weighted } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { disposeStep, type Learning, stepGradients } from '../../src/train/gradients.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { learningRateAt } from '../../src/train/schedule.ts';
import { bounds, Comparison, type FixtureResult, largest, type Values } from './comparison.ts';
import { fixtureArrays, inputsSchema, labelsSchema } from './encoder-batch.ts';
import { below, readFixture, readTensors } from './fixture-file.ts';
import { activationBound, gradientBound, inHalf, headDepth } from './tolerance.ts';

const number = z.number().nonnegative();

const optimiserSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('optimiser'),
  seed: z.int().optional(),
  note: z.string().optional(),
  student: z.string(),
  teacher: z.string().optional(),
  cases: z.array(
    z.strictObject({
      case: z.string(),
      note: z.string().optional(),
      kd: z.strictObject({ temperature: number, alpha: number }).optional(),
      hyperparameters: z.strictObject({
        optimizer: z.literal('AdamW'),
        learning_rate: number,
        betas: z.tuple([number, number]),
        epsilon: number,
        weight_decay: number,
        warmup_steps: z.int().nonnegative(),
        total_steps: z.int().positive(),
        max_grad_norm: number,
        gradient_accumulation: z.int().positive(),
        no_decay: z.literal('names ending in bias, and LayerNorm.weight'),
      }),
      batches: z.array(z.strictObject({ inputs: inputsSchema, labels: labelsSchema, teacher_logits: z.array(z.array(z.number())).optional() })),
      steps: z.array(
        z.strictObject({
          step: z.int().positive(),
          loss: z.number(),
          gradient_norm: number,
          learning_rate: number,
          micro_losses: z.array(z.number()).optional(),
          hard: z.number().optional(),
          soft: z.number().optional(),
        }),
      ),
    }),
  ),
});

type OptimiserCase = z.infer<typeof optimiserSchema>['cases'][number];

/** Where a key's bias, whose gradient is 0 but for rounding, is moved by that rounding: Adam divides it by about epsilon. */
const amplifyingEpsilon = 1e-6;

/** Paths of student and teacher are relative to the folder above. */
export async function checkOptimiser(folder: string): Promise<FixtureResult> {
  const { student: studentPath, teacher: teacherPath, cases } = await readFixture(join(folder, 'cases.json'), optimiserSchema);
  const expected = await readTensors(join(folder, 'expected.safetensors'));
  const comparison = new Comparison();
  for (const one of cases) {
    await comparison.inCase(one.case, async () => {
      const { model: student } = await loadModel(join(dirname(folder), studentPath));
      const teacher = one.kd === undefined ? undefined : await loadModel(join(dirname(folder), teacherPath ?? ''));
      const optimizer = new Optimizer(student.parameters, settingsOf(one));
      if (teacher !== undefined) await compareTeacher(comparison, teacher.model, one);
      await compareSteps(comparison, learningOf(student, teacher?.model, one), optimizer, one);
      await compareFinal(comparison, student, optimizer, one, below(expected, `${one.case}/`));
      optimizer.dispose();
      student.dispose();
      teacher?.model.dispose();
    });
  }
  return comparison.result;
}

function settingsOf({ hyperparameters }: OptimiserCase) {
  const { betas: [beta1, beta2], epsilon, weight_decay: weightDecay, max_grad_norm: maxGradientNorm } = hyperparameters;
  return { beta1, beta2, epsilon, weightDecay, maxGradientNorm };
}

type EncoderLearning = Learning & { readonly student: Model };

function learningOf(student: Model, teacher: Model | undefined, { kd }: OptimiserCase): EncoderLearning {
  if (kd === undefined || teacher === undefined) return { student, objective: hardLabels() };
  const soft = softLabel({ temperature: kd.temperature, alpha: 1 });
  return { student, objective: weighted([[1 - kd.alpha, hardLabels()], [kd.alpha, soft]]), teacher: liveTeacher(teacher) };
}

/** The live teacher must say the logits that the reference trained with. */
async function compareTeacher(comparison: Comparison, teacher: Model, { batches }: OptimiserCase): Promise<void> {
  for (const [index, { inputs, teacher_logits: logits }] of batches.entries()) {
    if (logits === undefined) continue;
    const batch = upload(fixtureArrays(inputs));
    const said = await liveTeacher(teacher).says(batch, { logits: true });
    comparison.close(`teacher logits of batch ${index + 1}`, await said.logits.data(), logits.flat(), activationBound(teacher.config.layers + headDepth, teacher.config));
    said.logits.dispose();
    batch.dispose();
  }
}

async function compareSteps(comparison: Comparison, learning: EncoderLearning, optimizer: Optimizer, { hyperparameters, batches, steps }: OptimiserCase): Promise<void> {
  const { gradient_accumulation: accumulation, learning_rate: learningRate, warmup_steps: warmupSteps, total_steps: totalSteps } = hyperparameters;
  comparison.equal('number of batches', batches.length, steps.length * accumulation);
  comparison.equal('steps', steps.map(({ step }) => step), steps.map((_, index) => index + 1));
  const lossBound = activationBound(learning.student.config.layers + headDepth, learning.student.config);
  const hosts = batches.map(({ inputs, labels }) => fixtureArrays(inputs, labels, learning.student.config.task));
  for (const { step, ...expected } of steps) {
    const microBatches = hosts.slice((step - 1) * accumulation, step * accumulation);
    const at = { step, key: randomKey(0, step) };
    for (const [index, loss] of (expected.micro_losses ?? []).entries()) {
      const micro = await stepGradients(learning, microBatches.slice(index, index + 1), at);
      comparison.close(`step ${step}, loss of micro-batch ${index + 1}`, await micro.loss.data(), [loss], lossBound);
      disposeStep(micro);
    }
    const sums = await stepGradients(learning, microBatches, at);
    comparison.close(`step ${step}, loss`, await sums.loss.data(), [expected.loss], lossBound);
    for (const [part, value] of [['hard-labels', expected.hard], ['soft-label', expected.soft]] as const) {
      if (value !== undefined) comparison.close(`step ${step}, ${part}`, (await sums.parts.get(part)?.data()) ?? [], [value], lossBound);
      else if (learning.teacher !== undefined) comparison.fail(`step ${step}, ${part}: the expected value is missing`);
    }
    const rate = learningRateAt(step, { shape: 'linear', learningRate, warmupSteps, totalSteps });
    comparison.close(`step ${step}, learning rate`, [rate], [expected.learning_rate], bounds.metric);
    const verdict = optimizer.update(sums.gradients, { step, learningRate: rate });
    const [norm = NaN, taken] = await verdict.data();
    comparison.close(`step ${step}, gradient norm`, [norm], [expected.gradient_norm], inHalf() ? gradientBound(learning.student.config, 0) : bounds.activation);
    comparison.equal(`step ${step}, taken`, taken, 1);
    verdict.dispose();
    disposeStep(sums);
  }
}

async function compareFinal(
  comparison: Comparison,
  student: Model,
  optimizer: Optimizer,
  { hyperparameters, steps }: OptimiserCase,
  expected: ReadonlyMap<string, Values>,
): Promise<void> {
  const keyBias = `.${families[student.config.family].names.key}.bias`;
  // Adam divides a gradient by its own size: where rounding decides its sign, two runs walk apart, by twice the learning rate a step at most.
  const steppedApart = { relative: 0, absolute: 2 * steps.reduce((sum, { learning_rate: rate }) => sum + rate, 0) };
  const parameters = await student.parameters.read();
  const final = below(expected, 'final/');
  comparison.names('expected final', final.keys(), parameters.keys());
  for (const [name, values] of final) {
    const amplified = name.endsWith(keyBias);
    if (amplified && hyperparameters.epsilon < amplifyingEpsilon) continue;
    const finalBound = inHalf() ? steppedApart : amplified ? { relative: 0, absolute: 1e-3 } : bounds.optimiserFinal;
    comparison.tensor(`final ${name}`, parameters.get(name), values, finalBound);
  }
  const moments = await optimizer.read();
  for (const [moment, prefix] of [['first', 'exp_avg/'], ['second', 'exp_avg_sq/']] as const) {
    const group = below(expected, prefix);
    const overall = [...group.values()].reduce((most, { data }) => Math.max(most, largest(data)), 0);
    if (group.size > 0) comparison.names(`expected ${prefix}`, group.keys(), parameters.keys());
    for (const [name, values] of group) {
      comparison.tensor(`${prefix}${name}`, moments.get(`${moment}/${name}`), values, gradientBound(student.config, overall));
    }
  }
  for (const name of expected.keys()) if (!/^(final|exp_avg|exp_avg_sq)\//.test(name)) comparison.fail(`${name}: an expected tensor that nobody knows`);
}
