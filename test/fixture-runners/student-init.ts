// Checks students that are cut from a teacher: their names, where each came from, their values bit for bit, and what they then say.
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { storedName } from '../../src/models/checkpoint-names.ts';
import { loadModel, readConfig } from '../../src/models/load.ts';
import type { Model } from '../../src/models/model.ts';
import { cutStudent } from '../../src/models/student.ts';
import { Comparison, type FixtureResult } from './comparison.ts';
import { fixtureBatch, inputsSchema } from './encoder-batch.ts';
import { compareActivations, statesAndLogits } from './encoder-outputs.ts';
import { below, readFixture, readTensors } from './fixture-file.ts';

const studentInitSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('student-init'),
  seed: z.int().optional(),
  note: z.string().optional(),
  teacher: z.string(),
  inputs: inputsSchema,
  cases: z.array(
    z.strictObject({
      case: z.string(),
      note: z.string().optional(),
      student: z.string(),
      teacher_layers_0_based: z.array(z.int()),
      uses_token_types: z.boolean(),
      parameters_in_checkpoint: z.array(z.string()),
      copied_from: z.record(z.string(), z.string()),
    }),
  ),
});

type StudentCase = z.infer<typeof studentInitSchema>['cases'][number];

/** Paths of teacher and students are relative to the folder above. */
export async function checkStudentInit(folder: string): Promise<FixtureResult> {
  const { teacher, inputs, cases } = await readFixture(join(folder, 'cases.json'), studentInitSchema);
  const expected = await readTensors(join(folder, 'expected.safetensors'));
  const { model } = await loadModel(join(dirname(folder), teacher));
  const batch = fixtureBatch(inputs);
  const comparison = new Comparison();
  for (const one of cases) {
    await comparison.inCase(one.case, async () => {
      const student = await compareCut(comparison, model, join(dirname(folder), one.student), one);
      await compareActivations(comparison, { model: student, batch, expected: below(expected, `${one.case}/`), required: statesAndLogits(student.config) });
      student.dispose();
    });
  }
  batch.dispose();
  model.dispose();
  return comparison.result;
}

async function compareCut(comparison: Comparison, teacher: Model, studentFolder: string, one: StudentCase): Promise<Model> {
  const { family } = await readConfig(studentFolder);
  const { model, copiedFrom } = await cutStudent(teacher, { layers: one.teacher_layers_0_based, family });
  comparison.equal('uses token types', model.config.typeVocabulary > 0, one.uses_token_types);
  const stored = (of: Model, name: string) => storedName(of.config.family, of.config.task === 'none', name);
  const names = model.parameters.names.map((name) => stored(model, name));
  comparison.names('parameters_in_checkpoint', one.parameters_in_checkpoint, names);
  const arrows = (pairs: readonly (readonly [string, string])[]) => pairs.map(([to, from]) => `${to} <- ${from}`);
  const sources = [...copiedFrom].map(([name, source]) => [stored(model, name), stored(teacher, source)] as const);
  comparison.names('copied_from', arrows(Object.entries(one.copied_from)), arrows(sources));
  const reference = await readTensors(join(studentFolder, 'model.safetensors'));
  comparison.names('model.safetensors', reference.keys(), names);
  for (const [name, { shape, data }] of await model.parameters.read()) {
    const tensor = reference.get(stored(model, name));
    if (tensor === undefined || !copiedFrom.has(name)) continue;
    comparison.equal(`shape of ${name}`, shape, tensor.shape);
    comparison.identical(name, data, tensor.data);
  }
  return model;
}
