import test from 'ava';
import { engineFacts } from '../../src/engine/engine.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { type StepFacts, stepMemory } from '../../src/evaluate/step-memory.ts';
import { freshBilstm } from '../../src/models/bilstm/bilstm.ts';
import { bilstmConfig, parseBilstmSize } from '../../src/models/bilstm/config.ts';
import type { Classifier } from '../../src/models/classifiers.ts';
import { freshModel } from '../../src/models/model.ts';
import { freshConfig, parseSize } from '../../src/models/size.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { lastLayers } from '../../src/objectives/layer-match.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { type Objective, weighted } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { disposeStep, stepGradients } from '../../src/train/gradients.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(() => startEngine());

interface Bookkeeper {
  trackTensor: (this: Bookkeeper, tensor: tf.TensorInfo & { size: number }, backend: unknown) => void;
  removeDataId: (this: Bookkeeper, id: tf.DataId, backend: unknown) => void;
}

/** The most that lay in data buffers made by `work`, in bytes; tensors that share one count once. */
async function peakBytes(work: () => Promise<void>): Promise<number> {
  const engine = tf.engine() as unknown as Bookkeeper;
  const { trackTensor, removeDataId } = engine;
  const alive = new Map<tf.DataId, number>();
  let [now, peak] = [0, 0];
  engine.trackTensor = function (tensor, backend) {
    if (!alive.has(tensor.dataId)) {
      alive.set(tensor.dataId, 4 * tensor.size);
      now += 4 * tensor.size;
      peak = Math.max(peak, now);
    }
    trackTensor.call(this, tensor, backend);
  };
  engine.removeDataId = function (id, backend) {
    now -= alive.get(id) ?? 0;
    alive.delete(id);
    removeDataId.call(this, id, backend);
  };
  try {
    await work();
  } finally {
    Object.assign(engine, { trackTensor, removeDataId });
  }
  return peak;
}

const model = (size: string, vocabulary = 100) => freshModel(freshConfig(parseSize(size), { vocabulary, padId: 0, positions: 128, task: 'single-label', labels: ['a', 'b'] }), { seed: 1 });

interface Case {
  readonly size: string;
  readonly pairs?: boolean;
  readonly vocabulary?: number;
  readonly rows: number;
  readonly tokens: number;
  readonly accumulation?: number;
  /** Beside the labels; a teacher of 4 x 64 then speaks live. */
  readonly objective?: Objective;
}

const cases: Readonly<Record<string, Case>> = {
  'many tokens': { size: '3x64', rows: 16, tokens: 48 },
  'long texts': { size: '3x64', rows: 4, tokens: 128 },
  'many layers': { size: '6x32', rows: 8, tokens: 32 },
  'one wide layer': { size: '1x128', rows: 16, tokens: 16 },
  'many parameters': { size: '1x64', vocabulary: 20_000, rows: 2, tokens: 8 },
  'micro-batches': { size: '2x64', vocabulary: 5000, rows: 8, tokens: 32, accumulation: 2 },
  'a live teacher': { size: '2x64', rows: 8, tokens: 64, objective: softLabel({ temperature: 2, task: 'single-label' }) },
  'a BiLSTM': { size: 'bilstm:24x40', rows: 8, tokens: 40 },
  'a BiLSTM of pairs': { size: 'bilstm:24x40', pairs: true, rows: 8, tokens: 40 },
  'attention that is matched': { size: '3x64:4', rows: 8, tokens: 64, objective: minilmAttention({ matches: lastLayers }) },
};

for (const [name, { size, pairs = false, vocabulary = 100, rows, tokens, accumulation = 1, objective }] of Object.entries(cases)) {
  test.serial(`${name}: the estimate is within a factor of 1.3 of what a step holds`, async (t) => {
    const learnt = weighted([[0.3, hardLabels()], ...(objective ? [[1, objective] as const] : [])]);
    const batch = { exampleIds: Array.from({ length: rows }, (_, row) => `e${row}`), rows, width: tokens, inputIds: new Int32Array(rows * tokens).fill(3), mask: new Float32Array(rows * tokens).fill(1), typeIds: new Int32Array(rows * tokens), labels: { kind: 'single-label' as const, indices: new Int32Array(rows) } };
    let facts: StepFacts | undefined;
    const measured = await peakBytes(async () => {
      const student: Classifier = size.startsWith('bilstm') ? freshBilstm(bilstmConfig(parseBilstmSize(size), { vocabulary, padId: 0, positions: 128, task: 'single-label', labels: ['a', 'b'], pairs }), { seed: 1 }) : model(size, vocabulary);
      const teacher = objective && model('4x64:4');
      const optimizer = new Optimizer(student.parameters);
      const step = await stepGradients({ student, objective: learnt, ...(teacher && { teacher: liveTeacher(teacher) }) }, Array.from({ length: accumulation }, () => batch), { step: 1, key: randomKey(1) });
      optimizer.update(step.gradients, { step: 1, learningRate: 1e-3 }).dispose();
      disposeStep(step);
      facts = {
        student: student.config, learned: student.parameters.count, wants: learnt.wants.student, rows, tokens, accumulation, activationBytes: 4, // numbers are counted here, whatever their precision
        keepsProbabilities: engineFacts().engine !== 'torch' || engineFacts().device !== 'cpu',
        ...(teacher && { teacher: { model: teacher.config, parameters: teacher.parameters.count, wants: learnt.wants.teacher } }),
      };
      for (const made of [optimizer, student, teacher]) made?.dispose();
    });
    const { peak, ...parts } = stepMemory(facts!);
    t.log(`measured ${measured}, estimated ${peak}: ${(peak / measured).toFixed(2)}`, parts);
    t.true(peak / measured < 1.3 && measured / peak < 1.3);
  });
}
