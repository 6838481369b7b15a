/**
 * `objectives`: a step of each matching objective beside soft labels, the teacher live, against a step of soft labels alone: what it
 * costs in time, and in memory beside the states that it asks for. A 12x768 BERT teaches one of 4x384 with as many heads.
 */
import { join } from 'node:path';
import { chosenObjective, objectiveChoices, plainChoice, readsStates } from '../../../src/cli/objective-choice.ts';
import { randomKey } from '../../../src/engine/random.ts';
import { attentionWidth, type EncoderConfig } from '../../../src/models/config.ts';
import { loadModel } from '../../../src/models/load.ts';
import type { Wants } from '../../../src/models/output.ts';
import { liveTeacher } from '../../../src/teacher/teacher.ts';
import { optimizerDefaults } from '../../../src/train/optimizer.ts';
import type { BenchCase } from './case.ts';
import { encoderConfig, readArrays, readTrainingSettings, writeArrays, writeFreshModel, writeTrainingSettings } from './case-folder.ts';
import { hostBatches, tokenIds } from './token-batches.ts';
import { TrainingWork } from './training-work.ts';

const seed = 1;
const temperature = 2;

export const objectivesCase: BenchCase = {
  what: 'each matching objective beside soft labels: BERT 12x768 teaches 4x384, B16 T64',
  items: 'examples',
  variants: objectiveChoices.filter((objective) => readsStates({ objective })),
  write: async (folder, { small }) => {
    const teacher = small ? { layers: 4, width: 32, heads: 4 } : { layers: 12, width: 768, heads: 12 };
    const student = small ? { layers: 2, width: 16, heads: 4 } : { layers: 4, width: 384, heads: 12 };
    const shape = { batches: 4, rows: small ? 4 : 16, tokens: small ? 16 : 64, vocabulary: small ? 2000 : 30_522 };
    const shared = { family: 'bert', task: 'single-label', vocabulary: shape.vocabulary, dropout: 0.1 } as const;
    await writeFreshModel(join(folder, 'teacher'), encoderConfig({ ...shared, ...teacher }), { seed: seed + 1 });
    await writeFreshModel(join(folder, 'student'), encoderConfig({ ...shared, ...student }), { seed });
    await writeArrays(join(folder, 'batches.safetensors'), { inputIds: tokenIds(shape, randomKey(seed, 'words')) });
    await writeTrainingSettings(folder, { ...optimizerDefaults, kind: 'objectives', seed, learningRate: 2e-5, temperature });
    const { rows, tokens, vocabulary } = shape;
    return { teacher, student, vocabulary, rows, tokens, realTokens: 'all', temperature };
  },
  open: async (folder, { variant = plainChoice }) => {
    const arrays = await readArrays(join(folder, 'batches.safetensors'));
    const batches = hostBatches(arrays.ints('inputIds'), arrays.shape('inputIds'));
    const { model: teacher } = await loadModel(join(folder, 'teacher'));
    const { model: student } = await loadModel(join(folder, 'student'));
    const objective = chosenObjective({ objective: variant, hardWeight: 0, temperature }, { task: 'single-label', bareLabels: false, student: student.config, teacher: teacher.config });
    const [, rows = 0, tokens = 0] = arrays.shape('inputIds');
    const statesMB = (statesBytes(teacher.config, objective.wants.teacher, { rows, tokens }) + statesBytes(student.config, objective.wants.student, { rows, tokens })) / 1e6;
    return new TrainingWork({ student, teacher: liveTeacher(teacher), objective, batches, settings: await readTrainingSettings(folder), part: variant, told: { statesMB } });
  },
};

/** What the states that are asked for take of a batch, in float32. */
export function statesBytes(config: EncoderConfig, { hidden = [], cls = [], scores = [], attention = [], qkv = [], preActivations = [] }: Wants, { rows, tokens }: { readonly rows: number; readonly tokens: number }): number {
  const { width, heads, feedForwardWidth } = config;
  const perToken = hidden.length * width + 3 * qkv.length * attentionWidth(config) + preActivations.length * feedForwardWidth + (scores.length + attention.length) * heads * tokens;
  return 4 * rows * (tokens * perToken + cls.length * width);
}
