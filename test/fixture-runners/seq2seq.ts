// Checks a whole encoder-decoder against a fixture folder: every activation, both losses, the gradient of every parameter that is learned,
// and every search of its generation.json.
import { join } from 'node:path';
import { z } from 'zod';
import { type Batch, upload } from '../../src/engine/batch.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import type { Seq2Seq } from '../../src/models/seq2seq/model.ts';
import { bucketOf } from '../../src/nn/relative-positions.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { seqKd } from '../../src/objectives/seq-kd.ts';
import { firstStep } from '../objectives/examples.ts';
import { Comparison, type FixtureResult, largest, type Values } from './comparison.ts';
import { fixtureArrays, inputsSchema } from './encoder-batch.ts';
import { below, readFixture, readTensors } from './fixture-file.ts';
import { compareGenerations } from './generation.ts';
import { compareSeq2SeqActivations } from './seq2seq-outputs.ts';
import { deepBound, deepGradientBound, headDepth } from './tolerance.ts';

const table = z.array(z.array(z.int()));

const seq2seqSchema = z.strictObject({
  family: z.string(),
  kind: z.literal('seq2seq'),
  architecture: z.string(),
  seed: z.int().optional(),
  relative_position_buckets: z.array(z.strictObject({ bidirectional: z.boolean(), num_buckets: z.int(), max_distance: z.int(), first: z.int(), last: z.int(), buckets: z.array(z.int()) })).optional(),
  cases: z.array(z.strictObject({
    case: z.string(), note: z.string().optional(), inputs: z.strictObject({ ...inputsSchema.shape, labels: table }), decoder_input_ids: table, loss_plain: z.number(), loss_smoothed: z.number(),
  })),
});

type Case = z.infer<typeof seq2seqSchema>['cases'][number];

export async function checkSeq2Seq(folder: string): Promise<FixtureResult> {
  const { cases, relative_position_buckets: buckets = [] } = await readFixture(join(folder, 'cases.json'), seq2seqSchema);
  const [expected, gradients] = [await readTensors(join(folder, 'expected.safetensors')), await readTensors(join(folder, 'gradients.safetensors'))];
  const { model } = await loadSeq2Seq(folder);
  const comparison = new Comparison();
  for (const { bidirectional: bothWays, num_buckets: count, max_distance: maxDistance, first, last, buckets: row } of buckets) {
    await comparison.inCase(`buckets ${count} to ${maxDistance}`, () => comparison.equal(bothWays ? 'both ways' : 'backwards', Array.from({ length: last - first + 1 }, (_, place) => bucketOf(first + place, { buckets: count, maxDistance, bothWays })), row));
  }
  const names = new Set(cases.map(({ case: name }) => name));
  for (const name of [...expected.keys(), ...gradients.keys()]) if (!names.has(name.slice(0, name.indexOf('/')))) comparison.fail(`${name}: expected of a case that does not exist`);
  for (const one of cases) {
    await comparison.inCase(one.case, async () => {
      const batch = pairBatch(one);
      await compareSeq2SeqActivations(comparison, { model, batch, expected: below(expected, `${one.case}/`) });
      for (const loss of ['plain', 'smoothed'] as const) await compareTraining(comparison, { model, batch, loss, value: one[`loss_${loss}`], expected: below(gradients, `${one.case}/${loss}/`) });
      batch.dispose();
    });
  }
  await compareGenerations(comparison, model, join(folder, 'generation.json'));
  model.dispose();
  return comparison.result;
}

/** The reference's decoder has no mask of its own, so that its padding tokens are fed and looked at: what is to be said is where labels are. */
function pairBatch({ inputs: { labels, ...inputs }, decoder_input_ids: fed }: Case): Batch {
  const width = fed[0]?.length ?? 0;
  const tokens = Int32Array.from(labels.flat());
  return upload({
    ...fixtureArrays(inputs),
    labels: { kind: 'translation', tokens },
    target: { width, inputIds: Int32Array.from(fed.flat()), mask: Float32Array.from(tokens, (token) => (token < 0 ? 0 : 1)) },
  });
}

/** As a student would learn it: neither forms the logits. */
const losses: Readonly<Record<'plain' | 'smoothed', Objective>> = { plain: seqKd(), smoothed: labelSmoothing({ epsilon: 0.1, task: 'translation' }) };

function lossOf(model: Seq2Seq, batch: Batch, loss: keyof typeof losses): tf.Scalar {
  return losses[loss].loss(model.forward(batch, { decoder: true }), {}, batch, firstStep);
}

async function compareTraining(
  comparison: Comparison,
  { model, batch, loss, value, expected }: { model: Seq2Seq; batch: Batch; loss: 'plain' | 'smoothed'; value: number; expected: ReadonlyMap<string, Values> },
): Promise<void> {
  const { encoderLayers, layers } = model.config;
  const variables = new Map(model.parameters.learned);
  const result = sweep(() => lossOf(model, batch, loss), [...variables.values()]);
  comparison.close(`${loss} loss`, await result.loss.data(), [value], deepBound(encoderLayers + layers + headDepth));
  if (expected.size > 0) comparison.names(`expected gradients of the ${loss} loss`, expected.keys(), variables.keys());
  const overall = [...expected.values()].reduce((most, { data }) => Math.max(most, largest(data)), 0);
  for (const [name, values] of expected) {
    const variable = variables.get(name);
    const gradient = variable && result.gradients.get(variable);
    const actual = gradient ? await gradient.data() : new Float32Array(variable?.size ?? 0);
    comparison.tensor(`${loss} gradient ${name}`, variable && { shape: variable.shape, data: actual }, values, deepGradientBound(encoderLayers + layers, overall));
  }
  tf.dispose([result.loss, ...result.gradients.values()]);
}
