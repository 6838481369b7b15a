// A batch from the inputs and labels of a model fixture: masks and types that are not given take their defaults.
import { z } from 'zod';
import { type Batch, type HostArrays, type HostLabels, upload } from '../../src/engine/batch.ts';
import type { Task } from '../../src/models/config.ts';

const table = z.array(z.array(z.int()));

export const inputsSchema = z
  .strictObject({ input_ids: table, attention_mask: table.optional(), token_type_ids: table.optional() })
  .refine(({ input_ids: ids, attention_mask: mask = ids, token_type_ids: types = ids }) => {
    const width = ids[0]?.length ?? 0;
    return width > 0 && [ids, mask, types].every((rows) => rows.length === ids.length && rows.every((row) => row.length === width));
  }, 'the inputs are not rows of one length');

export const labelsSchema = z.union([z.array(z.number()), z.array(z.array(z.number()))]);

export type FixtureInputs = z.infer<typeof inputsSchema>;
export type FixtureLabels = z.infer<typeof labelsSchema>;

export function fixtureArrays(inputs: FixtureInputs, labels?: FixtureLabels, task: Task = 'none'): HostArrays {
  const rows = inputs.input_ids.length;
  const width = inputs.input_ids[0]?.length ?? 0;
  return {
    exampleIds: inputs.input_ids.map((_, row) => `row-${row}`),
    rows,
    width,
    inputIds: Int32Array.from(inputs.input_ids.flat()),
    mask: inputs.attention_mask === undefined ? new Float32Array(rows * width).fill(1) : Float32Array.from(inputs.attention_mask.flat()),
    typeIds: inputs.token_type_ids === undefined ? new Int32Array(rows * width) : Int32Array.from(inputs.token_type_ids.flat()),
    labels: labels === undefined ? undefined : hostLabels(labels.flat(), task),
  };
}

export function fixtureBatch(inputs: FixtureInputs, labels?: FixtureLabels, task?: Task): Batch {
  return upload(fixtureArrays(inputs, labels, task));
}

function hostLabels(labels: readonly number[], task: Task): HostLabels | undefined {
  switch (task) {
    case 'single-label':
      return { kind: 'single-label', indices: Int32Array.from(labels) };
    case 'multi-label':
      return { kind: 'multi-label', hits: Float32Array.from(labels) };
    case 'regression':
      return { kind: 'regression', scores: Float32Array.from(labels) };
    case 'masked-lm':
      return { kind: 'masked-lm', tokens: Int32Array.from(labels) };
    case 'none':
      return undefined;
  }
}
