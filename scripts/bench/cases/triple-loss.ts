/**
 * `triple-loss`: DistilBERT's training step (Sanh et al. 2019), the teacher running beside the student. A frozen 12x768 BERT with a
 * masked-LM head teaches a 6x768 DistilBERT: soft labels at every token, masked words, direction of the last hidden states.
 */
import { join } from 'node:path';
import { randomKey } from '../../../src/engine/random.ts';
import { loadModel } from '../../../src/models/load.ts';
import { distilbert } from '../../../src/objectives/distilbert.ts';
import { liveTeacher } from '../../../src/teacher/teacher.ts';
import { optimizerDefaults } from '../../../src/train/optimizer.ts';
import type { BenchCase } from './case.ts';
import { encoderConfig, readArrays, readTrainingSettings, writeArrays, writeFreshModel, writeTrainingSettings } from './case-folder.ts';
import { hideWords, hostBatches, tokenIds } from './token-batches.ts';
import { TrainingWork } from './training-work.ts';

const seed = 1;
const lesson = { temperature: 2, weights: { soft: 5, masked: 2, cosine: 1 } };
const maskedRatio = 0.15;

export const tripleLossCase: BenchCase = {
  what: 'the triple loss of DistilBERT, online teacher: BERT 12x768 teaches DistilBERT 6x768, B8 T128',
  items: 'examples',
  agreement: 'each',
  write: async (folder, { small }) => {
    const width = small ? 32 : 768;
    const layers = small ? { teacher: 2, student: 1 } : { teacher: 12, student: 6 };
    const shape = { batches: 4, rows: small ? 2 : 8, tokens: small ? 16 : 128, vocabulary: small ? 2000 : 30_522 };
    const shared = { task: 'masked-lm', width, heads: small ? 2 : 12, vocabulary: shape.vocabulary, dropout: 0.1 } as const;
    await writeFreshModel(join(folder, 'teacher'), encoderConfig({ family: 'bert', layers: layers.teacher, ...shared }), { seed: seed + 1 });
    await writeFreshModel(join(folder, 'student'), encoderConfig({ family: 'distilbert', layers: layers.student, ...shared }), { seed });
    const inputIds = tokenIds(shape, randomKey(seed, 'words'));
    const hidden = hideWords(inputIds, maskedRatio, randomKey(seed, 'mask'));
    await writeArrays(join(folder, 'batches.safetensors'), { inputIds, labels: hidden });
    await writeTrainingSettings(folder, { ...optimizerDefaults, kind: 'triple-loss', seed, learningRate: 2e-5, ...lesson });
    const { rows, tokens, vocabulary } = shape;
    return { layers, width, heads: shared.heads, feedForwardWidth: 4 * width, vocabulary, rows, tokens, realTokens: 'all', maskedRatio, teacher: 'online', ...lesson };
  },
  open: async (folder) => {
    const settings = await readTrainingSettings(folder);
    const { temperature, weights = {} } = settings;
    const arrays = await readArrays(join(folder, 'batches.safetensors'));
    const labels = arrays.ints('labels');
    const batches = hostBatches(arrays.ints('inputIds'), arrays.shape('inputIds'), (begin, end) => ({ kind: 'masked-lm', tokens: labels.slice(begin, end) }));
    const { model: teacher } = await loadModel(join(folder, 'teacher'));
    const { model: student } = await loadModel(join(folder, 'student'));
    return new TrainingWork({ student, teacher: liveTeacher(teacher), objective: distilbert({ temperature, weights }), batches, settings });
  },
};
