// Checks an objective against objectives/<name>.json: loss, the gradient of every tensor that trains, and intermediate values.
import { z } from 'zod';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { type Bound, bounds, Comparison, type FixtureResult } from './comparison.ts';
import { type JsonTensor, readFixture, tensorSchema } from './fixture-file.ts';
import { objectiveRunners } from './objective-runners.ts';
import type { PreparedObjective } from './prepared-objective.ts';
import { roundedBound } from './tolerance.ts';

const tensors = z.record(z.string(), tensorSchema);

const objectiveSchema = z.strictObject({
  objective: z.string(),
  cases: z.array(
    z.strictObject({
      case: z.string(),
      note: z.string().optional(),
      hyperparameters: z.record(z.string(), z.unknown()),
      inputs: tensors,
      expected: z.strictObject({
        loss: z.number(), gradients: tensors, outputs: tensors.optional(),
        losses: z.record(z.string(), z.strictObject({ value: z.number(), gradients: tensors })).optional(),
      }),
    }),
  ),
});

type ObjectiveCase = z.infer<typeof objectiveSchema>['cases'][number];

export async function checkObjective(file: string): Promise<FixtureResult> {
  const { objective, cases } = await readFixture(file, objectiveSchema);
  const prepare = objectiveRunners[objective];
  if (prepare === undefined) throw new Error(`${file}: no objective is called '${objective}'`);
  const comparison = new Comparison();
  for (const one of cases) {
    await comparison.inCase(one.case, () => checkCase(comparison, prepare(one.hyperparameters, one.inputs), one));
  }
  return comparison.result;
}

async function checkCase(comparison: Comparison, objective: PreparedObjective, { inputs, expected }: ObjectiveCase): Promise<void> {
  const typed = (dtypes: readonly (readonly [string, string])[]) => dtypes.map(([name, dtype]) => `${name} (${dtype})`);
  comparison.names('inputs', typed(Object.entries(inputs).map(([name, { dtype }]) => [name, dtype])), typed(Object.entries(objective.inputs)));
  // Absent as a whole, outputs are not asked for; given, they must be all of those that the runner knows.
  if (expected.outputs !== undefined) comparison.names('expected outputs', Object.keys(expected.outputs), Object.keys(objective.outputs));

  const further = objective.losses ?? {};
  comparison.names('expected losses', Object.keys(expected.losses ?? {}), Object.keys(further));

  const bound = objective.roundings === undefined ? bounds.objective : roundedBound(objective.roundings);
  const trained = new Map<string, tf.Variable>();
  const device: Record<string, tf.Tensor> = {};
  for (const [name, { shape, dtype, data }] of Object.entries(inputs)) {
    const trains = [objective, ...Object.values(further)].some(({ trained: learning }) => learning.includes(name));
    device[name] = tf.tidy(() => (trains ? tf.variable(tf.tensor(data, shape, dtype)) : tf.tensor(data, shape, dtype)));
    if (trains) trained.set(name, device[name] as tf.Variable);
  }
  await differentiated('', objective, { value: expected.loss, gradients: expected.gradients });
  for (const [name, { value, gradients }] of Object.entries(expected.losses ?? {})) {
    const term = further[name];
    if (term !== undefined) await differentiated(`${name}: `, term, { value, gradients });
  }
  for (const [name, values] of Object.entries(expected.outputs ?? {})) {
    const output = objective.outputs[name];
    if (output === undefined) continue;
    const tensor = tf.tidy(() => output(device));
    await compare(comparison, name, tensor, values, bound);
    tensor.dispose();
  }
  tf.dispose(Object.values(device));

  async function differentiated(place: string, { loss: lossOf, trained: learning }: Pick<PreparedObjective, 'loss' | 'trained'>, { value, gradients: wanted }: { value: number; gradients: Record<string, JsonTensor> }): Promise<void> {
    comparison.names(`${place}expected gradients`, Object.keys(wanted), learning);
    const { loss, gradients } = sweep(() => lossOf(device), learning.flatMap((name) => trained.get(name) ?? []));
    comparison.close(`${place}loss`, await loss.data(), [value], bound);
    for (const [name, values] of Object.entries(wanted)) {
      const variable = trained.get(name);
      await compare(comparison, `${place}gradient ${name}`, variable && gradients.get(variable), values, bound);
    }
    tf.dispose([loss, ...gradients.values()]);
  }
}

async function compare(comparison: Comparison, what: string, actual: tf.Tensor | undefined, expected: JsonTensor, bound: Bound): Promise<void> {
  comparison.tensor(what, actual && { shape: actual.shape, data: await actual.data() }, expected, bound);
}
