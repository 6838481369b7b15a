/**
 * A recorded teacher: it reads the label store where a live one would run a model. Joined by example id, never by position.
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { SignalOf, Wants } from '../models/output.ts';
import type { StoredLabels } from './label-store.ts';
import type { Teacher } from './teacher.ts';

export function recordedTeacher({ header, rows, logits }: StoredLabels): Teacher {
  const classes = header.source.labels.length;
  return {
    name: `recorded ${header.source.teacher.slice(0, 16)}`,
    can: (wants) => {
      const beyond = Object.keys(wants).filter((want) => want !== 'logits');
      return beyond.length === 0 ? undefined : `the label store holds ${JSON.stringify(header.wants)}, but ${beyond.join(', ')} are wanted: use a live teacher`;
    },
    // Asynchronous so that an unknown example rejects, as every teacher's failure does.
    says: async <W extends Wants>(batch: Batch, wants: W) => {
      const values = new Float32Array(batch.rows * classes);
      for (const [i, id] of batch.exampleIds.entries()) {
        const row = rows.get(id);
        if (row === undefined) throw new Error(`example ${id} is not in the label store`);
        values.set(logits.subarray(row * classes, (row + 1) * classes), i * classes);
      }
      return Promise.resolve((wants.logits ? { logits: tf.tensor2d(values, [batch.rows, classes]) } : {}) as SignalOf<W>);
    },
  };
}
