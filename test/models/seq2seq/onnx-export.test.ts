/** The ONNX files of encoder-decoders, run by transformers.js as a user would, against PyTorch's numbers and searches. */
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoModelForSeq2SeqLM, env, type PreTrainedModel, Tensor } from '@huggingface/transformers';
import test, { type ExecutionContext } from 'ava';
import { loadSeq2Seq } from '../../../src/models/seq2seq/load.ts';
import { exportTranslatorOnnx, fitsTranslatorOnnx } from '../../../src/models/seq2seq/onnx-export.ts';
import { saveSeq2Seq } from '../../../src/models/seq2seq/save.ts';
import { readSafetensors } from '../../../src/storage/safetensors.ts';
import { startEngine } from '../../engine-under-test.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { tinySeq2Seq, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

env.allowRemoteModels = false;
test.before(startEngine);

interface Inputs { readonly input_ids: number[][]; readonly attention_mask?: number[][] }
interface Case { readonly case: string; readonly inputs: Inputs; readonly decoder_input_ids: number[][] }
interface Search { readonly case: string; readonly arguments: Record<string, unknown>; readonly inputs: Inputs; readonly rows: { readonly beams: { readonly sequence: number[] }[] }[] }

const fixtures = ['marian', 't5', 't5-gated', 'bart'];
const fixture = (name: string, file: string) => join(import.meta.dirname, '../../fixtures/models', name, file);
const read = async <T>(name: string, file: string) => JSON.parse(await readFile(fixture(name, file), 'utf8')) as { cases: T[] };

for (const name of fixtures) {
  test.serial(`${name}: transformers.js gives PyTorch's logits, of a target as a whole and token by token`, async (t) => {
    const model = await exportAndLoad(t, name);
    const { cases } = await read<Case>(name, 'cases.json');
    const { tensors } = await readSafetensors(fixture(name, 'expected.safetensors'));
    t.is(cases.length, 3);
    for (const { case: label, inputs, decoder_input_ids: fed } of cases) {
      const stored = tensors.get(`${label}/logits`);
      if (stored === undefined) throw new Error(`${name} has no logits of ${label}`);
      const expected = new Float32Array(stored.bytes.slice().buffer);
      const [rows = 0, length = 0, width = 0] = stored.shape;
      const bound = 1e-4 * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0) + 1e-5;
      const { eos_token_id: eos } = model.config as unknown as { eos_token_id: number };
      /** Logits of the tokens from a place on; after an end the files know nothing but another. */
      const compare = ({ dims, data }: Tensor, from: number) => {
        const [, tokens = 0] = dims;
        t.deepEqual(dims, [rows, tokens, width]);
        for (let row = 0; row < rows; row++) {
          for (let place = from; place < from + tokens; place++) {
            const own = (data as Float32Array).subarray((row * tokens + place - from) * width, (row * tokens + place - from + 1) * width);
            if (place > 0 && fed[row]?.[place] === eos) t.true(own.every((value, id) => (id === eos ? value === 0 : value < -1e38)));
            else t.true(difference(own, expected.subarray((row * length + place) * width, (row * length + place + 1) * width)) <= bound, `${label}, row ${row}, token ${place}`);
          }
        }
      };
      compare((await said(model, { ...feedsOf(inputs), decoder_input_ids: int64(fed) })).logits, 0);
      // Two tokens at once, then one by one, from caches.
      let cache: Record<string, Tensor> | undefined;
      for (let from = 0; from < length; from += from === 0 ? 2 : 1) {
        const to = from === 0 ? Math.min(2, length) : from + 1;
        const step = await said(model, { ...feedsOf(inputs), decoder_input_ids: int64(fed.map((row) => row.slice(from, to))), ...(cache && { past_key_values: cache }) });
        compare(step.logits, from);
        t.is(step['present.0.encoder.key']?.dims[2], from === 0 ? inputs.input_ids[0]?.length : 0, 'what is made of the source is given once');
        const before = cache;
        cache = Object.fromEntries(Object.entries(step).filter(([key]) => key.startsWith('present')).map(([key, tensor]) => [key.replace('present', 'past_key_values'), key.includes('.encoder.') ? (before?.[key.replace('present', 'past_key_values')] ?? tensor) : tensor]));
      }
    }
  });

  test.serial(`${name}: transformers.js writes what generate writes, greedily`, async (t) => {
    const model = await exportAndLoad(t, name);
    const { cases } = await read<Search>(name, 'generation.json');
    const greedy = cases.filter(({ arguments: { num_beams: beams } }) => beams === 1);
    t.true(greedy.length >= 4, `${greedy.length} searches`);
    // Where n-grams may not be repeated, the ends that follow an end may not either: one text at a time.
    const whole = greedy.filter(({ arguments: { no_repeat_ngram_size: size } }) => size === undefined);
    const single = greedy.filter((one) => !whole.includes(one)).flatMap(({ inputs: { input_ids, attention_mask }, rows, ...one }) => rows.map((row, at) => ({ ...one, rows: [row], inputs: { input_ids: input_ids.slice(at, at + 1), ...(attention_mask && { attention_mask: attention_mask.slice(at, at + 1) }) } })));
    t.true(whole.length >= 3 && single.length >= 3);
    for (const { case: label, arguments: settings, inputs, rows } of [...whole, ...single]) {
      const { eos_token_id: eos } = model.config as unknown as { eos_token_id: number };
      const written = (await model.generate({ ...feedsOf(inputs), ...settings, num_beams: 1 })) as Tensor;
      const lines = (written.tolist() as bigint[][]).map((row) => row.map(Number));
      for (const [row, { beams: [best] }] of rows.entries()) {
        const expected = best?.sequence ?? [];
        t.deepEqual(lines[row]?.slice(0, expected.length), expected, `${label}, row ${row}`);
        t.true(lines[row]?.slice(expected.length).every((id) => id === eos), `${label}, row ${row}: ${lines[row]?.join()}`); // where transformers pads
      }
    }
  });
}

for (const name of ['marian', 'bart']) {
  test.serial(`${name}: whoever goes on beyond the last position gets numbers, not an error`, async (t) => {
    const model = await exportAndLoad(t, name);
    const { max_position_embeddings: positions, decoder_start_token_id: start, vocab_size: width } = model.config as unknown as Record<string, number>;
    const fed = [start, ...Array.from({ length: (positions ?? 0) + 3 }, (_, place) => 3 + (place % 7))] as number[];
    const { logits } = await said(model, { ...feedsOf({ input_ids: [fed] }), decoder_input_ids: int64([fed]) });
    t.deepEqual(logits.dims, [1, fed.length, width]);
    t.true((logits.data as Float32Array).every(Number.isFinite));
  });
}

test.serial('an untied last product has a matrix of its own; what does not fit is named, with its file, and leaves none', async (t) => {
  const model = tinySeq2Seq({ family: 't5', tied: false, gated: true, activation: 'gelu_new' });
  const { config } = model;
  const weights = await model.parameters.read();
  model.dispose();
  const folder = await temporaryFolder(t);
  await exportTranslatorOnnx({ config, weights, folder: join(folder, 'whole') });
  t.deepEqual((await readdir(join(folder, 'whole'))).sort(), ['decoder_model_merged.onnx', 'encoder_model.onnx']);
  const but = (changes: [string, { shape: number[]; data: Float32Array }][], gone: string[] = []) => new Map([...weights, ...changes].filter(([name]) => !gone.includes(name)));
  const refused = async (changed: typeof weights, message: RegExp) => t.throwsAsync(exportTranslatorOnnx({ config, weights: changed, folder: join(folder, 'none') }), { message });
  await refused(but([], ['encoder.block.1.layer.0.SelfAttention.k.weight']), /encoder_model\.onnx: .*'encoder\.block\.1\.layer\.0\.SelfAttention\.k\.weight' is missing/);
  t.deepEqual(await readdir(join(folder, 'none')).catch(() => []), []);
  // The encoder could be written: it is not, without its decoder.
  await refused(but([['stray.weight', { shape: [1], data: new Float32Array(1) }]]), /decoder_model_merged\.onnx: .*no place for 1 of the weights: 'stray\.weight'/);
  await refused(but([['lm_head.weight', { shape: [9, 9], data: new Float32Array(81) }]]), /'lm_head\.weight' is \[9, 9\], but the config asks for \[23, 9\]/);
  t.deepEqual(await readdir(join(folder, 'none')).catch(() => []), []);
});

test.serial('any of several ends ends a text, and is followed by the first of them', async (t) => {
  const folder = await temporaryFolder(t);
  const fresh = tinySeq2Seq();
  const config = { ...fresh.config, generation: { ...fresh.config.generation, eosIds: [1, 7] } };
  await saveSeq2Seq(folder, { ...fresh, config }, { tokenizer: () => Promise.resolve(), card: { name: 'tiny', story: [] } });
  fresh.dispose();
  const model = await AutoModelForSeq2SeqLM.from_pretrained(folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
  t.teardown(() => model.dispose());
  const { logits } = await said(model, { ...feedsOf({ input_ids: [[5, 6, 1]] }), decoder_input_ids: int64([[7, 4, 7, 5, 1]]) });
  const best = (place: number) => Array.from((logits.data as Float32Array).subarray(23 * place, 23 * (place + 1))).map((value, id) => (value > -1e38 ? id : -1)).filter((id) => id >= 0);
  t.deepEqual([0, 1, 2, 3, 4].map((place) => best(place).length), [23, 23, 1, 23, 1]); // what stands first starts the text
  t.deepEqual([best(2), best(4)], [[1], [1]]);
});

test('a file holds less than 2 GiB, whichever of the two', (t) => {
  const config = tinySeq2SeqConfig();
  t.true(fitsTranslatorOnnx(config));
  t.true(fitsTranslatorOnnx({ ...config, vocabulary: 50_000_000 })); // 1.8 GB in either
  t.false(fitsTranslatorOnnx({ ...config, vocabulary: 60_000_000 }));
  for (const wide of ['feedForwardWidth', 'encoderFeedForwardWidth']) {
    t.true(fitsTranslatorOnnx({ ...config, [wide]: 10_000_000 })); // of two layers: 1.5 GB
    t.false(fitsTranslatorOnnx({ ...config, [wide]: 20_000_000 }));
  }
});

async function exportAndLoad(t: ExecutionContext, name: string): Promise<PreTrainedModel> {
  const folder = await temporaryFolder(t);
  const { model } = await loadSeq2Seq(fixture(name, ''));
  await exportTranslatorOnnx({ config: model.config, weights: await model.parameters.read(), folder: join(folder, 'onnx') });
  model.dispose();
  for (const file of ['config.json', 'generation_config.json']) await copyFile(fixture(name, file), join(folder, file));
  const loaded = await AutoModelForSeq2SeqLM.from_pretrained(folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
  t.teardown(() => loaded.dispose());
  return loaded;
}

const said = async (model: PreTrainedModel, feeds: Record<string, unknown>) => (await model(feeds)) as Record<string, Tensor> & { logits: Tensor };
const feedsOf = ({ input_ids, attention_mask }: Inputs) => ({ input_ids: int64(input_ids), attention_mask: int64(attention_mask ?? input_ids.map((row) => row.map(() => 1))) });

function int64(rows: number[][]): Tensor {
  return new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]?.length ?? 0]);
}

function difference(got: Float32Array, expected: Float32Array): number {
  return expected.length === got.length ? got.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? NaN))), 0) : Infinity;
}
