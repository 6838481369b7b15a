/** What both sides open: weights equal to a fresh model's, arrays and settings read back as written. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encoderConfig, readArrays, readTrainingSettings, writeArrays, writeFreshModel, writeTrainingSettings } from '../../../../scripts/bench/cases/case-folder.ts';
import { loadModel } from '../../../../src/models/load.ts';
import { freshModel } from '../../../../src/models/model.ts';
import { optimizerDefaults } from '../../../../src/train/optimizer.ts';
import { startEngine } from '../../../engine-under-test.ts';

test.before(startEngine);

const size = { layers: 1, width: 16, heads: 2, vocabulary: 1200, dropout: 0.1 } as const;

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-test-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

for (const [family, task] of [['bert', 'single-label'], ['bert', 'masked-lm'], ['distilbert', 'masked-lm']] as const) {
  test(`a written ${family} for ${task} is the fresh model of its seed`, async (t) => {
    const folder = await folderOf(t);
    const config = encoderConfig({ family, task, ...size });
    await writeFreshModel(folder, config, { seed: 5 });
    const fresh = freshModel(config, { seed: 5 });
    const { model, notices } = await loadModel(folder);
    t.deepEqual(notices, []);
    t.like(model.config, { family, task, layers: 1, width: 16, feedForwardWidth: 64, hiddenDropout: 0.1, attentionDropout: 0.1 });
    const [written, wanted] = [await model.parameters.read(), await fresh.parameters.read()];
    t.deepEqual([...written.keys()], [...wanted.keys()]);
    for (const [name, { data }] of wanted) t.deepEqual(written.get(name)?.data, data, name);
    fresh.dispose();
    model.dispose();
  });
}

test('arrays come back by name, and one that is not there is told', async (t) => {
  const path = join(await folderOf(t), 'arrays.safetensors');
  await writeArrays(path, { ids: { shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) }, logits: { shape: [3], data: Float32Array.of(0.5, 1, 2) } });
  const arrays = await readArrays(path);
  t.deepEqual([...arrays.ints('ids')], [1, 2, 3, 4]);
  t.deepEqual([...arrays.floats('logits')], [0.5, 1, 2]);
  t.deepEqual(arrays.shape('ids'), [2, 2]);
  t.throws(() => arrays.ints('logits'), { message: /no array 'logits' of I32/ });
  t.throws(() => arrays.shape('masks'), { message: /no array 'masks'/ });
});

test('settings of a lesson come back', async (t) => {
  const folder = await folderOf(t);
  const settings = { ...optimizerDefaults, kind: 'triple-loss', seed: 1, learningRate: 1e-4, temperature: 2, weights: { soft: 5, masked: 2, cosine: 1 } };
  await writeTrainingSettings(folder, settings);
  t.deepEqual(await readTrainingSettings(folder), settings);
});
