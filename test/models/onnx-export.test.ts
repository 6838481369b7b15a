import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForSequenceClassification, type PreTrainedModel, type SequenceClassifierOutput, Tensor, env } from '@huggingface/transformers';
import test, { type ExecutionContext } from 'ava';
import { exportOnnx } from '../../src/models/onnx-export.ts';
import { type ClassifierFixture, readClassifierFixture } from './classifier-fixture.ts';

env.allowRemoteModels = false;

const fixtures = { 'bert-classifier': 5, 'bert-regression': 2, 'bert-multilabel': 2, 'distilbert-classifier': 2, 'roberta-classifier': 3, 'electra-classifier': 2, 'albert-classifier': 2, 'mobilebert-classifier': 2 };

for (const [name, count] of Object.entries(fixtures)) {
  test(`${name}: transformers.js gives PyTorch's logits for every case`, async (t) => {
    const fixture = await readClassifierFixture(name);
    t.is(fixture.cases.length, count);
    const model = await exportAndLoad(t, fixture);
    for (const { case: label, inputs } of fixture.cases) {
      const logits = await logitsOf(model, inputs);
      const expected = fixture.expected.get(`${label}/logits`);
      if (expected === undefined) throw new Error(`${name} has no logits of ${label}`);
      t.deepEqual(logits.dims, expected.shape);
      t.true(largestDifference(logits.data, expected.data) <= 1e-4 * largest(expected.data) + 1e-5, label);
    }
  });
}

for (const name of ['bert-classifier', 'distilbert-classifier', 'roberta-classifier', 'electra-classifier', 'albert-classifier', 'mobilebert-classifier']) {
  test(`${name}: a row that is masked throughout stays finite and leaves the other rows alone`, async (t) => {
    const model = await exportAndLoad(t, await readClassifierFixture(name));
    const ids = [2, 17, 33, 3];
    const alone = await logitsOf(model, { input_ids: [ids], attention_mask: [[1, 1, 1, 1]] });
    const both = await logitsOf(model, { input_ids: [ids, ids], attention_mask: [[1, 1, 1, 1], [0, 0, 0, 0]] });
    t.true(both.data.every(Number.isFinite));
    t.true(largestDifference(both.data.subarray(0, alone.data.length), alone.data) < 1e-6);
  });
}

test('what stands behind a masked key changes nothing', async (t) => {
  const model = await exportAndLoad(t, await readClassifierFixture('bert-classifier'));
  const attention_mask = [[1, 1, 1, 0, 0]];
  const one = await logitsOf(model, { input_ids: [[2, 17, 3, 0, 0]], attention_mask });
  const other = await logitsOf(model, { input_ids: [[2, 17, 3, 44, 91]], attention_mask });
  t.deepEqual(one.data, other.data);
});

test('weights that do not fit leave no file and name file and tensor', async (t) => {
  const { config, weights } = await readClassifierFixture('bert-classifier');
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.onnx');
  weights.delete('bert.pooler.dense.bias');
  const error = await t.throwsAsync(exportOnnx({ config, weights, path }));
  t.true(error.message.startsWith(`${path}: `));
  t.regex(error.message, /'bert\.pooler\.dense\.bias' is missing/);
  t.deepEqual(await readdir(folder), []);
});

async function exportAndLoad(t: ExecutionContext, { config, configText, weights }: ClassifierFixture): Promise<PreTrainedModel> {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'config.json'), configText);
  await exportOnnx({ config, weights, path: join(folder, 'onnx', 'model.onnx') });
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
  t.teardown(() => model.dispose());
  return model;
}

async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'retort onnx '));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

/** An absent mask is all ones, as in transformers; absent types are filled in by transformers.js. */
async function logitsOf(model: PreTrainedModel, inputs: { input_ids: number[][]; attention_mask?: number[][]; token_type_ids?: number[][] }) {
  const attention_mask = inputs.attention_mask ?? inputs.input_ids.map((row) => row.map(() => 1));
  const feeds = Object.fromEntries(Object.entries({ ...inputs, attention_mask }).map(([name, rows]) => [name, int64(rows)]));
  const { logits } = (await model(feeds)) as SequenceClassifierOutput;
  return { dims: logits.dims, data: logits.data as Float32Array };
}

function int64(rows: number[][]): Tensor {
  return new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0]);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function largestDifference(got: Float32Array, expected: Float32Array): number {
  return largest(got.map((value, i) => value - (expected[i] ?? NaN)));
}
