// Ten thousand steps of a real training run in one process: student and teacher, two objectives, dropout, clipping, AdamW. Tensors alive
// are the same number after every block of steps, by TensorFlow.js's count and by the addon's own, and memory stays where it was.
import { torchTest } from '../engine/torch/built.ts';
import { builtPackage, runProgram, said } from '../engine/torch/package-copy.ts';

/** From the first half to the second the process may grow by so much: a kilobyte left behind by every step. */
const allowedBytes = 5 * 2 ** 20;
const steps = 10_000;

interface Sample {
  readonly step: number;
  readonly tensors: number;
  readonly buffers: number;
  readonly inAddon: number;
  readonly bytes: number;
}

torchTest(`${steps} steps of training leave no tensor and no memory behind`, async (t) => {
  t.timeout(30 * 60_000);
  const lines = await said(t, runProgram(builtPackage, `
    import { createRequire } from 'node:module';
    const { hardLabels, softLabel, weighted, liveTeacher, freshModel, freshConfig, parseSize, plain, trainDefaults, tf } = retort;
    await retort.useEngine('torch', { threads: 1 });
    const addon = createRequire(${JSON.stringify(`${builtPackage}/dist/index.js`)})('#torch-addon');
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
      say({ step, tensors, buffers, inAddon: addon.memory().tensors, bytes: process.memoryUsage().rss });
    };
    await plain({
      student: model('1x8:2', 1), teacher: liveTeacher(model('2x16:2', 2)), corpus,
      objective: weighted([[0.5, hardLabels()], [0.5, softLabel()]]),
      settings: { ...trainDefaults, steps: ${steps}, rows: 4, learningRate: 1e-4, maxGradientNorm: 1, logEvery: 1000, evaluateEvery: 0, checkpointEvery: 0 },
      hooks: { run: 'endurance', emit: (event) => { if (event.kind === 'step') sample(event.step); } },
    });`, { env: { ...process.env, NODE_OPTIONS: '--expose-gc --max-semi-space-size=1', OMP_NUM_THREADS: '1' } }));
  const samples = lines as Sample[];
  for (const { step, tensors, buffers, inAddon, bytes } of samples) t.log(`step ${step}: ${tensors} tensors, ${buffers} buffers, ${inAddon} in the addon, ${(bytes / 1e6).toFixed(1)} MB`);
  t.deepEqual(samples.map(({ step }) => step), Array.from({ length: steps / 1000 }, (_, block) => 1000 * (block + 1)));
  t.deepEqual([...new Set(samples.map(({ tensors, buffers, inAddon }) => `${tensors} ${buffers} ${inAddon}`))].length, 1, 'tensors alive');
  // Single readings swing by some megabytes with the collector; the least of each half does not.
  const least = (some: readonly Sample[]) => Math.min(...some.map((each) => each.bytes));
  const [before, after] = [least(samples.slice(1, 5)), least(samples.slice(5))];
  t.true(after - before <= allowedBytes, `${(before / 1e6).toFixed(1)} MB at least in steps 2,000 to 5,000, ${(after / 1e6).toFixed(1)} MB after them`);
});
