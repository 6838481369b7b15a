// Two thousand steps of a real training run on the tensorflow engine in one process: student and teacher, two objectives, dropout, clipping,
// AdamW. Tensors alive are the same number after every block of steps, by TensorFlow.js's count and by the binding's own, and memory stays.
import { tensorflowTest } from '../engine/tensorflow/built.ts';
import { builtPackage, runProgram, said } from '../engine/torch/package-copy.ts';

/** After the first 400 steps, which warm up, the process may grow by so much: twenty kilobytes left behind by every step. Tensors are counted exactly. */
const allowedBytes = 32 * 2 ** 20;
const [steps, block, warmUp] = [2000, 100, 400];

interface Sample {
  readonly step: number;
  readonly tensors: number;
  readonly buffers: number;
  readonly inBinding: number;
  readonly bytes: number;
}

tensorflowTest(`${steps} steps of training on TensorFlow leave no tensor and no memory behind`, async (t) => {
  t.timeout(30 * 60_000);
  const lines = await said(t, runProgram(builtPackage, `
    const { hardLabels, softLabel, weighted, liveTeacher, freshModel, freshConfig, parseSize, plain, trainDefaults, tf } = retort;
    await retort.useEngine('tensorflow', { threads: 1, environment: process.env });
    const { binding } = tf.backend();
    const labels = ['no', 'yes'];
    const model = (size, seed) => freshModel(freshConfig(parseSize(size), { vocabulary: 32, padId: 0, positions: 16, task: 'single-label', labels, dropout: 0.1 }), { seed });
    const texts = Array.from({ length: 24 }, (_, row) => [2, ...Array.from({ length: 1 + row % 9 }, (_, i) => 4 + (row * 7 + i * 5) % 28), 3]);
    let end = 0;
    const corpus = {
      exampleIds: texts.map((_, row) => 'e' + row), ids: Int32Array.from(texts.flat()), typeIds: new Int32Array(texts.flat().length), offsets: Uint32Array.from([0, ...texts.map((text) => (end += text.length))]),
      labels: { kind: 'single-label', names: labels, indices: Int32Array.from(texts, (text) => text[1] % 2) }, maxTokens: 16, truncated: 0, corpus: 'c', tokenizer: 't',
    };
    const sample = (step) => {
      globalThis.gc();
      const { numTensors: tensors, numDataBuffers: buffers } = tf.memory();
      say({ step, tensors, buffers, inBinding: binding.getNumOfTensors(), bytes: process.memoryUsage().rss });
    };
    await plain({
      student: model('1x8:2', 1), teacher: liveTeacher(model('2x16:2', 2)), corpus,
      objective: weighted([[0.5, hardLabels()], [0.5, softLabel()]]),
      settings: { ...trainDefaults, steps: ${steps}, rows: 4, learningRate: 1e-4, maxGradientNorm: 1, logEvery: ${block}, evaluateEvery: 0, checkpointEvery: 0 },
      hooks: { run: 'endurance', emit: (event) => { if (event.kind === 'step') sample(event.step); } },
    });`, { env: { ...process.env, NODE_OPTIONS: '--expose-gc --max-semi-space-size=1' } }));
  const samples = lines as Sample[];
  for (const { step, tensors, buffers, inBinding, bytes } of samples) if (step % 400 === 0) t.log(`step ${step}: ${tensors} tensors, ${buffers} buffers, ${inBinding} in the binding, ${(bytes / 1e6).toFixed(1)} MB`);
  t.deepEqual(samples.map(({ step }) => step), Array.from({ length: steps / block }, (_, place) => block * (place + 1)));
  const warm = samples.filter(({ step }) => step >= warmUp);
  t.is(new Set(warm.map(({ tensors, buffers, inBinding }) => `${tensors} ${buffers} ${inBinding}`)).size, 1, 'tensors alive');
  // A system short of memory takes pages from a process that does not need them just then: the greatest readings are those without such dips.
  const greatest = (some: readonly Sample[]) => Math.max(...some.map(({ bytes }) => bytes));
  const [before, after] = [greatest(warm.slice(0, warm.length / 2)), greatest(warm.slice(warm.length / 2))];
  t.true(after - before <= allowedBytes, `${(before / 1e6).toFixed(1)} MB at most in the first half, ${(after / 1e6).toFixed(1)} MB in the second`);
});
