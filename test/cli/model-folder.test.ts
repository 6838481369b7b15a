import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { agreeOnLabels, cutNotice, openClassifier, requireModel, tokenLimit } from '../../src/cli/model-folder.ts';
import { encoderOf } from '../../src/models/classifiers.ts';
import { freshModel } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { type Bench, openBench } from './in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

test('a classifier with its tokeniser and its bytes', async (t) => {
  const { model, tokenizer, bytes, notices } = await openClassifier(bench.classifier);
  t.deepEqual(model.config.labels, ['mixed', 'negative', 'positive']);
  t.is(tokenizer.vocabularySize, model.config.vocabulary);
  t.true(bytes > 4 * model.parameters.count);
  t.deepEqual(notices, []);
});

test('a model without classes, and a tokeniser of another model', async (t) => {
  const { model, tokenizer } = await openClassifier(bench.classifier);
  const { config } = encoderOf(model, 'this test');
  const bare = join(bench.folder, 'bare');
  await saveModel(bare, freshModel({ ...config, task: 'none', labels: [] }, { seed: 1 }), { tokenizer, card: { name: 'bare', story: [] } });
  await t.throwsAsync(openClassifier(bare), { message: /bare: this model has no classes to answer with; train them first: retort train CORPUS --from / });
  const small = join(bench.folder, 'small');
  await saveModel(small, freshModel({ ...config, vocabulary: 20 }, { seed: 1 }), { tokenizer, card: { name: 'small', story: [] }, onnx: false });
  await t.throwsAsync(openClassifier(small), { message: /small: the tokenizer has ids up to \d+, the model embeddings for 20; they do not belong together/ });
  t.is((await loadTokenizer(small)).fingerprint, tokenizer.fingerprint);
});

test('a translator is none, and the message says how translators are used', async (t) => {
  const marian = join(import.meta.dirname, '../fixtures/models/marian');
  await t.throwsAsync(openClassifier(marian), { message: /marian: a translator \(marian\), where an encoder or a classifier is wanted; .* --translation FROM-INTO$/ });
});

test('a run is not its model, and the message says where that is', async (t) => {
  await cp(bench.classifier, join(bench.folder, 'run', 'student'), { recursive: true });
  await t.throwsAsync(requireModel(join(bench.folder, 'run')), { message: /run: this is a run; its model is in .*student$/ });
  await writeFile(join(bench.folder, 'file'), '');
  await t.throwsAsync(requireModel(join(bench.folder, 'file')), { message: /no config\.json in it/ });
});

test('labels are matched by name, in the model\'s order', (t) => {
  const facts = { kind: 'single-label', names: ['no', 'yes', 'perhaps'], model: 'm', place: 'c' } as const;
  t.deepEqual(agreeOnLabels({ kind: 'single-label', names: ['yes', 'no'] }, facts), { kind: 'single-label', names: ['no', 'yes', 'perhaps'] });
  t.throws(() => agreeOnLabels({ kind: 'single-label', names: ['yes', 'maybe', 'never'] }, facts), { message: /^c has the label maybe, never, but m knows only no, yes, perhaps; / });
  t.throws(() => agreeOnLabels(undefined, facts), { message: /^c: its labels are absent, but m is for single-label/ });
  t.throws(() => agreeOnLabels({ kind: 'regression' }, facts), { message: /its labels are regression, but m is for single-label/ });
  t.deepEqual(agreeOnLabels({ kind: 'regression' }, { ...facts, kind: 'regression', names: ['LABEL_0'] }), { kind: 'regression' }, 'a score has no name');
  t.deepEqual(agreeOnLabels({ kind: 'multi-label', names: ['yes'] }, { ...facts, kind: 'multi-label' }), { kind: 'multi-label', names: ['no', 'yes', 'perhaps'] });
});

test('tokens: what was asked for, else 128, never more than positions', async (t) => {
  const opened = await openClassifier(bench.classifier);
  t.is(tokenLimit(opened, {}), 32);
  t.is(tokenLimit(opened, { maxTokens: 8 }), 8);
  t.throws(() => tokenLimit(opened, { maxTokens: 33 }), { message: /--max-tokens 33: .* has only 32 positions/ });
  t.is(cutNotice({ truncated: 0, exampleIds: ['a'], maxTokens: 8 }), undefined);
  t.regex(cutNotice({ truncated: 1, exampleIds: ['a', 'b'], maxTokens: 8 }) ?? '', /^1 of 2 texts are longer than 8 tokens and were cut \(50\.0 % of them; --max-tokens\)$/);
});
