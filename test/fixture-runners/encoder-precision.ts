// Checks a checkpoint in half precision: every vector widened to float32 bit for bit, then the activations it leads to.
import { join } from 'node:path';
import { z } from 'zod';
import { loadModel } from '../../src/models/load.ts';
import { Comparison, type FixtureResult } from './comparison.ts';
import { fixtureBatch, inputsSchema } from './encoder-batch.ts';
import { compareActivations, statesAndLogits } from './encoder-outputs.ts';
import { below, readFixture, readTensors } from './fixture-file.ts';

const precisionSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('encoder-precision'),
  architecture: z.string(),
  note: z.string().optional(),
  cases: z.array(z.strictObject({ case: z.string(), note: z.string().optional(), inputs: inputsSchema })),
});

export async function checkPrecision(folder: string): Promise<FixtureResult> {
  const { cases } = await readFixture(join(folder, 'cases.json'), precisionSchema);
  const expected = await readTensors(join(folder, 'expected.safetensors'));
  const upcast = below(await readTensors(join(folder, 'upcast.safetensors')), 'upcast/');
  const { model } = await loadModel(folder);
  const parameters = await model.parameters.read();
  const comparison = new Comparison();
  for (const [name, { shape }] of parameters) if (shape.length === 1 && !upcast.has(name)) comparison.fail(`${name}: the widened vector is missing`);
  for (const [name, { data }] of upcast) comparison.identical(name, parameters.get(name)?.data ?? new Float32Array(), data);
  for (const { case: name, inputs } of cases) {
    await comparison.inCase(name, async () => {
      const batch = fixtureBatch(inputs);
      await compareActivations(comparison, { model, batch, expected: below(expected, `${name}/`), required: statesAndLogits(model.config) });
      batch.dispose();
    });
  }
  model.dispose();
  return comparison.result;
}
