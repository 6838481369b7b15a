// Checks a whole encoder against a fixture folder: every activation asked for by name, the loss, and the gradient of every parameter.
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Batch } from '../../src/engine/batch.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import type { EncoderConfig, Task } from '../../src/models/config.ts';
import { positionsAfterPadId } from '../../src/models/embeddings.ts';
import { families } from '../../src/models/families.ts';
import { loadModel } from '../../src/models/load.ts';
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { firstStep } from '../objectives/examples.ts';
import { Comparison, type FixtureResult, largest, type Values } from './comparison.ts';
import { compareActivations, everyActivation } from './encoder-outputs.ts';
import { fixtureBatch, inputsSchema, labelsSchema } from './encoder-batch.ts';
import { below, readFixture, readTensors } from './fixture-file.ts';
import { activationBound, gradientBound, headDepth } from './tolerance.ts';

const encoderSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('encoder'),
  architecture: z.string(),
  task: z.enum(['classification', 'mlm', 'regression', 'multilabel', 'none']),
  seed: z.int().optional(),
  note: z.string().optional(),
  layers: z.int(),
  heads: z.int(),
  cases: z.array(
    z.strictObject({ case: z.string(), note: z.string().optional(), inputs: inputsSchema, position_ids: z.array(z.array(z.int())).optional(), labels: labelsSchema.optional(), loss: z.number().optional() }),
  ),
});

const tasks: Readonly<Record<z.infer<typeof encoderSchema>['task'], Task>> = {
  classification: 'single-label',
  mlm: 'masked-lm',
  regression: 'regression',
  multilabel: 'multi-label',
  none: 'none',
};

const sameAsSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('same-as'),
  same_as: z.string().regex(/^[\w.-]+$/),
  files: z.array(z.string()).optional(),
  note: z.string().optional(),
});

/** Another form of the checkpoint in a neighbouring folder, whose expectations hold. */
export async function checkSameAs(folder: string): Promise<FixtureResult> {
  const { same_as: twin } = await readFixture(join(folder, 'cases.json'), sameAsSchema);
  return checkEncoder(folder, join(dirname(folder), twin));
}

/** @param folder holds the checkpoint; `expectations` the cases and expected tensors (the same folder unless given). */
export async function checkEncoder(folder: string, expectations = folder): Promise<FixtureResult> {
  const fixture = await readFixture(join(expectations, 'cases.json'), encoderSchema);
  const expected = await readTensors(join(expectations, 'expected.safetensors'));
  const trains = fixture.task !== 'none';
  const gradients = trains ? await readTensors(join(expectations, 'gradients.safetensors')) : new Map<string, Values>();
  const { model } = await loadModel(folder, { task: tasks[fixture.task] });
  const comparison = new Comparison();
  comparison.equal('layers and heads', [model.config.layers, model.config.heads], [fixture.layers, fixture.heads]);
  const cases = new Set(fixture.cases.map(({ case: name }) => name));
  for (const name of [...expected.keys(), ...gradients.keys()]) {
    if (!cases.has(name.slice(0, name.indexOf('/')))) comparison.fail(`${name}: expected of a case that does not exist`);
  }
  for (const { case: name, inputs, position_ids: positions, labels, loss } of fixture.cases) {
    await comparison.inCase(name, async () => {
      const batch = fixtureBatch(inputs, labels, model.config.task);
      await comparePositions(comparison, model.config, batch, positions);
      await compareActivations(comparison, { model, batch, expected: below(expected, `${name}/`), required: everyActivation(model.config) });
      if (trains !== (labels !== undefined) || trains !== (loss !== undefined)) comparison.fail(`task ${fixture.task}: labels and loss must both be ${trains ? 'given' : 'absent'}`);
      else if (loss !== undefined) await compareTraining(comparison, { model, batch, loss, expected: below(gradients, `${name}/`) });
      batch.dispose();
    });
  }
  model.dispose();
  return comparison.result;
}

async function comparePositions(comparison: Comparison, { family, padId }: EncoderConfig, batch: Batch, expected: readonly (readonly number[])[] | undefined): Promise<void> {
  if (families[family].positionsStartAfterPadId !== true) {
    if (expected !== undefined) comparison.fail(`position_ids: a ${family} counts from 0`);
    return;
  }
  const positions = positionsAfterPadId(batch.inputIds, padId);
  comparison.equal('position_ids', Array.from(await positions.data()), expected?.flat());
  positions.dispose();
}

async function compareTraining(
  comparison: Comparison,
  { model, batch, loss, expected }: { model: Model; batch: Batch; loss: number; expected: ReadonlyMap<string, Values> },
): Promise<void> {
  const variables = new Map(model.parameters.entries());
  const result = sweep(() => hardLabels().loss(model.forward(batch, { logits: true }), {}, batch, firstStep), [...variables.values()]);
  comparison.close('loss', await result.loss.data(), [loss], activationBound(model.config.layers + headDepth, model.config));
  comparison.names('expected gradients', expected.keys(), variables.keys());
  const overall = [...expected.values()].reduce((most, { data }) => Math.max(most, largest(data)), 0);
  for (const [name, values] of expected) {
    const variable = variables.get(name);
    const gradient = variable && result.gradients.get(variable);
    // A parameter that the loss does not reach has no gradient: zeros, for the reference.
    const actual = gradient ? await gradient.data() : new Float32Array(variable?.size ?? 0);
    comparison.tensor(`gradient ${name}`, variable && { shape: variable.shape, data: actual }, values, gradientBound(model.config, overall));
  }
  tf.dispose([result.loss, ...result.gradients.values()]);
}
