/**
 * A recorded teacher: it reads the label store where a live one would run a model. Joined by example id, never by position.
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { SignalOf, Wants } from '../models/output.ts';
import { holds, stateColumn, storable } from './label-header.ts';
import type { StoredLabels } from './label-store.ts';
import type { Teacher } from './teacher.ts';

export interface RecordedOptions {
  /** Class names in the order in which logits are to be said; by default the store's own. */
  readonly classes?: readonly string[];
  /** Answers [C], in the order of `classes`, for examples that the store is silent about. */
  readonly otherwise?: { readonly name: string; readonly logitsOf: (exampleId: string) => ArrayLike<number> | undefined };
}

/** @throws if `classes` are not the store's. */
export function recordedTeacher(labels: StoredLabels, { classes, otherwise }: RecordedOptions = {}): Teacher {
  const { header, rows } = labels;
  const order = columnOrder(labels, classes ?? header.source.labels);
  const name = `recorded ${header.source.teacher.slice(0, 16)}${otherwise === undefined ? '' : `, else ${otherwise.name}`}`;
  const rowOf = (id: string) => {
    const row = rows.get(id);
    if (row === undefined) throw new Error(`example ${id} is not in the label store`);
    return row;
  };

  const logitsOf = (batch: Batch): tf.Tensor => {
    const values = new Float32Array(batch.rows * order.length);
    for (const [i, id] of batch.exampleIds.entries()) {
      const instead = rows.has(id) ? undefined : otherwise?.logitsOf(id);
      if (instead !== undefined) values.set(instead, i * order.length);
      else order.forEach((column, at) => (values[i * order.length + at] = labels.logits[rowOf(id) * order.length + column] ?? NaN));
    }
    return tf.tensor2d(values, [batch.rows, order.length]);
  };

  return {
    name,
    ...(header.states && { dimensions: header.states }),
    can: (wants) => refusal(labels, wants),
    says: async <W extends Wants>(batch: Batch, wants: W) => {
      const refused = refusal(labels, wants);
      if (refused !== undefined) throw new Error(refused);
      const depth = header.states?.layers ?? 0;
      const states = (kind: 'cls' | 'hidden', asked: readonly number[]) => Promise.all(asked.map(async (layer) => {
        const vectors = await labels.states.read(stateColumn(kind, layer < 0 ? depth + 1 + layer : layer), batch.exampleIds.map(rowOf));
        return [layer, kind === 'cls' ? rowsTensor(vectors) : paddedTensor(vectors, batch, header.states?.width ?? 0)] as const;
      }));
      return {
        ...(wants.logits && { logits: logitsOf(batch) }),
        ...(wants.members && { members: tf.tidy(() => tf.expandDims(logitsOf(batch), 0)) }), // an ensemble of one
        ...(wants.pooled && { pooled: rowsTensor(await labels.states.read('pooled', batch.exampleIds.map(rowOf))) }),
        ...(wants.cls && { cls: new Map(await states('cls', wants.cls)) }),
        ...(wants.hidden && { hidden: new Map(await states('hidden', wants.hidden)) }),
      } as SignalOf<W>;
    },
  };
}

/** Where each class of `wanted` stands among the stored logits. */
function columnOrder({ folder, header: { source } }: StoredLabels, wanted: readonly string[]): number[] {
  if (source.task === 'regression' && wanted.length === 1) return [0]; // a score is a score, whatever it is called
  const order = wanted.map((name) => source.labels.indexOf(name));
  if (wanted.length === source.labels.length && !order.includes(-1) && new Set(order).size === order.length) return order;
  throw new Error(`${folder}: these labels do not fit\n  labels: stored ${JSON.stringify(source.labels)}, wanted ${JSON.stringify(wanted)}`);
}

/** Why the store cannot say it; undefined where it can. */
function refusal({ header }: StoredLabels, wants: Wants): string | undefined {
  const said = (what: string) => `the label store holds ${JSON.stringify(header.wants)}, but ${what} wanted: use a live teacher`;
  const stored = ['logits', 'members', ...(header.states === null ? [] : ['pooled', 'cls', 'hidden'])];
  const beyond = Object.keys(wants).filter((want) => !stored.includes(want));
  if (beyond.length > 0) return said(`${beyond.join(', ')} are`);
  if (header.states === null) return undefined;
  try {
    const { members: _one, ...kept } = wants;
    const { logits, ...states } = storable(kept, header.states);
    return holds(header.wants, { logits, ...states }) ? undefined : said(`${JSON.stringify(states)} is`);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** [B, W] */
function rowsTensor(vectors: readonly Float32Array[]): tf.Tensor {
  const width = vectors[0]?.length ?? 0;
  const values = new Float32Array(vectors.length * width);
  vectors.forEach((vector, row) => values.set(vector, row * width));
  return tf.tensor2d(values, [vectors.length, width]);
}

/** [B, T, W], zero at padding. @throws if a row has more vectors than the batch has tokens. */
function paddedTensor(vectors: readonly Float32Array[], batch: Batch, width: number): tf.Tensor {
  const values = new Float32Array(batch.rows * batch.width * width);
  vectors.forEach((tokens, row) => {
    if (tokens.length > batch.width * width) throw new Error(`example ${batch.exampleIds[row]} has ${tokens.length / width} stored hidden states, but the batch is ${batch.width} tokens wide: the labels were made with another tokenizer or limit`);
    values.set(tokens, row * batch.width * width);
  });
  return tf.tensor3d(values, [batch.rows, batch.width, width]);
}
