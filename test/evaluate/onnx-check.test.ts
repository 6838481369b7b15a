import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForSequenceClassification, type SequenceClassifierOutput, Tensor, env } from '@huggingface/transformers';
import test, { type ExecutionContext } from 'ava';
import { compareWithTransformersJs } from '../../src/evaluate/onnx-check.ts';
import { isMissing } from '../../src/evaluate/transformers-js.ts';
import { exportOnnx } from '../../src/models/onnx-export.ts';
import { saveModel } from '../../src/models/save.ts';
import { classLogits } from '../../src/teacher/label-corpus.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { readClassifierFixture } from '../models/classifier-fixture.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

// compareWithTransformersJs changes settings that the whole process shares, hence one test after the other.
const classes = 3;
const engineTolerance = precisionUnderTest === 'bf16' ? 0.1 : 1e-5;

test.serial('the logits PyTorch gives are found again through tokenizer, padding and ONNX', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'bert-classifier', 'no-types');
  const found = await compareWithTransformersJs(folder, { texts, logits, classes, maxTokens: 16 });
  t.is(found.examples, 3);
  t.is(found.tooLong, 0);
  t.is(found.agreement, 1);
  t.true(found.largestDifference < 1e-5);
  t.true(found.millisecondsPerExample > 0);
});

test.serial('a DistilBERT, whose tokenizer gives no token types, passes too', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'distilbert-classifier', 'padded');
  const found = await compareWithTransformersJs(folder, { texts, logits, classes, maxTokens: 16 });
  t.is(found.examples, 5);
  t.true(found.largestDifference < 1e-5);
});

test.serial('a logit that is off is measured and a class that moved is counted', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'bert-classifier', 'no-types');
  const wrong = logits.slice();
  const winner = wrong.subarray(0, classes).indexOf(Math.max(...wrong.subarray(0, classes)));
  wrong[winner] = (wrong[winner] ?? 0) - 50;
  const found = await compareWithTransformersJs(folder, { texts, logits: wrong, classes, maxTokens: 16 });
  t.true(Math.abs(found.largestDifference - 50) < 1e-4);
  t.true(Math.abs((found.agreement ?? NaN) - 2 / 3) < 1e-12);
  wrong[4] = NaN;
  t.is((await compareWithTransformersJs(folder, { texts, logits: wrong, classes, maxTokens: 16 })).largestDifference, NaN);
});

test.serial('examples longer than maxTokens are left out and counted', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'bert-classifier', 'no-types'); // 5, 8 and 3 tokens
  const found = await compareWithTransformersJs(folder, { texts, logits, classes, maxTokens: 5 });
  t.is(found.examples, 2);
  t.is(found.tooLong, 1);
  t.true(found.largestDifference < 1e-5);
  await t.throwsAsync(compareWithTransformersJs(folder, { texts, logits, classes, maxTokens: 2 }), { message: /all 3 texts are longer than 2 tokens/ });
});

test.serial('the second text of a pair reaches the model with type 1', async (t) => {
  const { folder } = await savedStudent(t, 'bert-classifier', 'no-types');
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
  t.teardown(() => model.dispose());
  const int64 = (ids: number[]) => new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
  const inputs = { input_ids: int64([2, 10, 11, 3, 12, 3]), attention_mask: int64([1, 1, 1, 1, 1, 1]) };
  const direct = (await model({ ...inputs, token_type_ids: int64([0, 0, 0, 0, 1, 1]) })) as SequenceClassifierOutput;
  const pair = { texts: ['w10 w11'], pairs: ['w12'], logits: Float32Array.from(direct.logits.data as Float32Array), classes, maxTokens: 6 };
  t.true((await compareWithTransformersJs(folder, pair)).largestDifference < 1e-6);
  t.true((await compareWithTransformersJs(folder, { ...pair, pairs: ['w13'] })).largestDifference > 1e-3);
});

test.serial('more examples than one batch come back in their own order', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'bert-classifier', 'no-types');
  const many = { texts: Array.from({ length: 25 }, () => texts).flat(), logits: Float32Array.from(Array.from({ length: 25 }, () => [...logits]).flat()) };
  const found = await compareWithTransformersJs(folder, { ...many, classes, maxTokens: 16 });
  t.is(found.examples, 75);
  t.true(found.largestDifference < 1e-5);
});

test.serial('the settings of transformers.js are as before, also after a failure', async (t) => {
  const { folder, texts, logits } = await savedStudent(t, 'bert-classifier', 'no-types');
  const before = () => ({ local: env.allowLocalModels, remote: env.allowRemoteModels, level: env.logLevel });
  Object.assign(env, { allowLocalModels: false, allowRemoteModels: true });
  const settings = before();
  await compareWithTransformersJs(folder, { texts, logits, classes, maxTokens: 16 });
  t.deepEqual(before(), settings);
  const error = await t.throwsAsync(compareWithTransformersJs(join(folder, 'absent'), { texts, logits, classes, maxTokens: 16 }));
  t.true(error.message.startsWith(join(folder, 'absent')));
  t.deepEqual(before(), settings);
  Object.assign(env, { allowLocalModels: true });
});

test.serial('counts that do not fit each other are refused before anything is loaded', async (t) => {
  const stored = { texts: ['w4', 'w5'], logits: new Float32Array(6), classes, maxTokens: 8 };
  await t.throwsAsync(compareWithTransformersJs('nowhere', { ...stored, classes: 2 }), { message: /need 4 logits, not 6/ });
  await t.throwsAsync(compareWithTransformersJs('nowhere', { ...stored, pairs: ['w6'] }), { message: /2 texts cannot be paired with 1/ });
  await t.throwsAsync(compareWithTransformersJs('nowhere', { ...stored, texts: [], logits: new Float32Array(0) }), { message: /no text/ });
});

for (const [family, kind] of [['roberta', 'byte-level'], ['albert', 'albert']] as const) {
  test.serial(`${family}: pairs written for its own tokenizer are read alike by ours and by transformers.js`, async (t) => {
    await startEngine();
    const reader = await loadTokenizer(join(import.meta.dirname, `../fixtures/models/tokenizer-${kind}`));
    const model = tinyModel({ family, vocabulary: reader.vocabularySize, padId: reader.padId, positions: 40 });
    const folder = join(await temporaryFolder(t), 'my student');
    await saveModel(folder, model, { tokenizer: reader, card: { name: family, story: [] } });
    const [texts, pairs] = [['The film is not bad.', 'A café!', ''], ['Nobody saw it.', 'nobody', 'the end']];
    const corpus = makeCorpus(texts.map((text, i) => ({ id: `${i}`, text, pair: pairs[i]! })), { name: 'pairs', split: 'test' });
    const logits = await classLogits(model, await encodeCorpus(corpus, reader, { maxTokens: 40 }));
    const found = await compareWithTransformersJs(folder, { texts, pairs, logits, classes, maxTokens: 40 });
    t.is(found.examples, 3);
    t.true(found.largestDifference < engineTolerance, `${found.largestDifference}`);
  });
}

/** A student's folder under a path with spaces; the word `w17` is token 17, so that a fixture's ids can be written as text. */
async function savedStudent(t: ExecutionContext, name: 'bert-classifier' | 'distilbert-classifier', label: string) {
  const { config, configText, weights, cases, expected } = await readClassifierFixture(name);
  const parent = await mkdtemp(join(tmpdir(), 'retort check '));
  t.teardown(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'my student');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), configText);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer(config.vocabulary)));
  const tokenizer_class = name === 'bert-classifier' ? 'BertTokenizer' : 'DistilBertTokenizer';
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class, pad_token: '[PAD]', model_max_length: config.positions }));
  await exportOnnx({ config, weights, path: join(folder, 'onnx', 'model.onnx') });

  const rows = cases.find((entry) => entry.case === label)?.inputs.input_ids ?? [];
  const texts = rows.map((ids) => ids.filter((id) => id > 3).map((id) => `w${id}`).join(' '));
  return { folder, texts, logits: expected.get(`${label}/logits`)?.data ?? new Float32Array(0) };
}

function tokenizer(size: number) {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  const added = special.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }));
  const vocab = Object.fromEntries(Array.from({ length: size }, (_, id) => [special[id] ?? `w${id}`, id]));
  const token = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const sequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [token('[CLS]', 0), sequence('A', 0), token('[SEP]', 0)],
      pair: [token('[CLS]', 0), sequence('A', 0), token('[SEP]', 0), sequence('B', 1), token('[SEP]', 1)],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
  };
}

test('a package that is not installed is told from one that fails for another reason', async (t) => {
  const failing = async (name: string): Promise<unknown> => (import(name) as Promise<unknown>).catch((error: unknown) => error);
  t.true(isMissing(await failing('@huggingface/no-such-package'), '@huggingface/no-such-package'));
  t.false(isMissing(await failing('@huggingface/no-such-package'), '@huggingface/transformers'));
  t.false(isMissing(await failing('ava/no-such-file'), 'ava'));
  t.false(isMissing(await failing('@huggingface/transformers'), '@huggingface/transformers'));
});
