/**
 * `kd-mini` and `kd-6x768`: a fresh BERT classifier learns from cached teacher logits by soft labels at temperature 2 (Hinton et al.
 * 2015), AdamW over all parameters, gradients clipped at norm 1, dropout 0.1.
 */
import { join } from 'node:path';
import type { Batch } from '../../../src/engine/batch.ts';
import { normals, randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { loadModel } from '../../../src/models/load.ts';
import type { SignalOf, Wants } from '../../../src/models/output.ts';
import { softLabel } from '../../../src/objectives/soft-label.ts';
import type { Teacher } from '../../../src/teacher/teacher.ts';
import { optimizerDefaults } from '../../../src/train/optimizer.ts';
import type { BenchCase } from './case.ts';
import { encoderConfig, readArrays, readTrainingSettings, writeArrays, writeFreshModel, writeTrainingSettings } from './case-folder.ts';
import { exampleId, hostBatches, tokenIds } from './token-batches.ts';
import { TrainingWork } from './training-work.ts';

export interface SoftLabelSize {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly rows: number;
  readonly tokens: number;
}

const small: SoftLabelSize = { layers: 2, width: 32, heads: 2, rows: 4, tokens: 16 };
const seed = 1;

export function softLabelCase(size: SoftLabelSize): BenchCase {
  return {
    what: `soft labels from cached logits: BERT ${size.layers}x${size.width}, ${size.heads} heads, B${size.rows} T${size.tokens}`,
    items: 'examples',
    agreement: 'each',
    write: async (folder, options) => {
      const { rows, tokens, ...shape } = options.small ? small : size;
      const vocabulary = options.small ? 2000 : 30_522;
      const batches = 4;
      await writeFreshModel(join(folder, 'student'), encoderConfig({ family: 'bert', task: 'single-label', dropout: 0.1, vocabulary, ...shape }), { seed });
      await writeArrays(join(folder, 'batches.safetensors'), {
        inputIds: tokenIds({ batches, rows, tokens, vocabulary }, randomKey(seed, 'words')),
        teacherLogits: { shape: [batches, rows, 2], data: normals(batches * rows * 2, randomKey(seed, 'teacher'), 2) },
      });
      await writeTrainingSettings(folder, { ...optimizerDefaults, kind: 'soft-labels', seed, learningRate: 5e-6, temperature: 2 });
      return { ...shape, feedForwardWidth: 4 * shape.width, vocabulary, rows, tokens, realTokens: 'all', teacher: 'cached logits', temperature: 2 };
    },
    open: async (folder) => {
      const settings = await readTrainingSettings(folder);
      const arrays = await readArrays(join(folder, 'batches.safetensors'));
      const { model: student } = await loadModel(join(folder, 'student'));
      const batches = hostBatches(arrays.ints('inputIds'), arrays.shape('inputIds'));
      const logits = arrays.floats('teacherLogits');
      const firstRow = new Map(batches.map(({ rows }, batch) => [exampleId(batch, 0), batch * rows] as const));
      const classes = student.config.labels.length;
      // The stored answers of a batch that is always the same rows: what a label store hands out, without its files.
      const teacher: Teacher = {
        name: 'cached logits',
        can: () => undefined,
        says: <W extends Wants>({ rows, exampleIds }: Batch) => {
          const first = classes * (firstRow.get(exampleIds[0] ?? '') ?? 0);
          return Promise.resolve({ logits: tf.tensor2d(logits.subarray(first, first + classes * rows), [rows, classes]) } as unknown as SignalOf<W>);
        },
      };
      return new TrainingWork({ student, teacher, objective: softLabel({ temperature: settings.temperature }), batches, settings });
    },
  };
}
