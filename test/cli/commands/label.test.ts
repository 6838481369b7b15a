import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addLabel } from '../../../src/cli/commands/label.ts';
import { loadModel } from '../../../src/models/load.ts';
import { saveModel } from '../../../src/models/save.ts';
import { readJson } from '../../../src/storage/json.ts';
import type { LabelHeader } from '../../../src/teacher/label-header.ts';
import { openLabels } from '../../../src/teacher/label-store.ts';
import { loadTokenizer, saveTokenizer } from '../../../src/text/tokenizer-files.ts';
import { trainWordPiece } from '../../../src/text/train-word-piece.ts';
import { opinions, probabilities, writeAnswers } from '../answer-file.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

const at = (name: string) => join(bench.folder, name);
const headerOf = async (folder: string) => (await readJson(join(folder, 'header.json'))) as LabelHeader;
type Answer = { folder: string; examples: number; silent: number; labels: string[] };

test('a teacher, a corpus: what is stored, and where', async (t) => {
  const { said, answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--out', at('stores'));
  const [{ folder, examples, silent, labels }] = answered as [Answer];
  t.deepEqual([examples, silent, labels], [200, 0, ['mixed', 'negative', 'positive']]);
  t.deepEqual(said, ['labels of 200 examples, 3 classes (mixed, negative, positive)', folder]);
  const again = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--out', at('stores'));
  t.is(again.said[0], 'labels of 200 examples, 3 classes (mixed, negative, positive), all of them stored before');
});

test('hidden states are kept where they are asked for, shard by shard', async (t) => {
  const { answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--cls', '1,2', '--hidden', '0', '--shard-rows', '90', '--out', at('states'));
  const [{ folder }] = answered as [Answer];
  const { wants, states, shards } = await headerOf(folder);
  t.deepEqual([wants, states, shards.map(({ rows }) => rows)], [{ logits: true, cls: [1, 2], hidden: [0] }, { width: 16, layers: 2 }, [90, 90, 20]]);
  await t.throwsAsync(ask(addLabel, 'label', bench.classifier, bench.corpus, '--cls', '3', '--out', at('states')), { message: "first-token states of layer 3 are wanted, but the teacher's run from 0 to 2" });
});

test('several teachers, each with a store of its own', async (t) => {
  const onnx = at('onnx');
  await saveModel(onnx, (await loadModel(bench.classifier)).model, { tokenizer: await loadTokenizer(bench.classifier), card: { name: 'x', story: [] } });
  await rm(join(onnx, 'model.safetensors'));
  const { answered } = await ask(addLabel, 'label', bench.classifier, onnx, bench.corpus, '--examples', '30', '--out', at('two'));
  const [[ours, theirs]] = answered as [[Answer, Answer]];
  t.not(ours.folder, theirs.folder);
  t.is((await headerOf(theirs.folder)).voice, 'onnx bert model');
  const [a, b] = [await openLabels(ours.folder), await openLabels(theirs.folder)];
  t.true(a.logits.every((logit, i) => Math.abs(logit - (b.logits[i] ?? NaN)) < 1e-4), 'ONNX Runtime and our engine say the same');
});

test('a folder with both kinds of weights is ours, unless ONNX is asked for', async (t) => {
  const both = at('both');
  await saveModel(both, (await loadModel(bench.classifier)).model, { tokenizer: await loadTokenizer(bench.classifier), card: { name: 'x', story: [] } });
  const voiceOf = async (...words: string[]) => {
    const { answered } = await ask(addLabel, 'label', both, bench.corpus, '--examples', '5', '--out', at('both-stores'), ...words);
    return (await headerOf((answered as [Answer])[0].folder)).voice;
  };
  t.is(await voiceOf(), both);
  t.is(await voiceOf('--onnx'), 'onnx bert model');
});

test('answers of another system: joined by id, abstentions counted, tests passed over', async (t) => {
  const examples = await opinions(bench.corpus, { test: true });
  const answers = examples.map(({ id }, i) => (i % 10 === 0 ? { id, label: 'unsure' } : { id, probs: probabilities(i) }));
  const file = await writeAnswers(at('answers.jsonl'), answers.reverse());
  const { said, answered } = await ask(addLabel, 'label', '--from', file, bench.corpus, '--abstain', 'unsure', '--out', at('answered'));
  const [{ folder, examples: count, silent }] = answered as [Answer];
  t.deepEqual([count, silent], [200, 20]);
  t.deepEqual(said, ['labels of 180 examples (20 have no answer), 3 classes (mixed, negative, positive)', folder]);
  const { rows, logits, header } = await openLabels(folder);
  t.deepEqual([header.source.tokenizer, header.source.maxTokens, header.voice], [null, null, file]);
  const id = examples[7]?.id ?? '';
  const row = rows.get(id) ?? -1;
  t.is([...logits.subarray(row * 3, row * 3 + 3)].indexOf(Math.max(...logits.subarray(row * 3, row * 3 + 3))), 7 % 3);
  t.deepEqual([...rows.keys()], (await opinions(bench.corpus)).filter((_, i) => i % 10 !== 0).map((example) => example.id));
});

test('the same answers for fewer examples need no other file', async (t) => {
  const file = await writeAnswers(at('whole.jsonl'), (await opinions(bench.corpus)).map(({ id }, i) => ({ id, probs: probabilities(i) })));
  const { answered } = await ask(addLabel, 'label', '--from', file, bench.corpus, '--examples', '10', '--out', at('fewer'));
  t.is((answered as [Answer])[0].examples, 20);
});

test('a file of text alone: the classes are named', async (t) => {
  const file = await writeAnswers(at('few.jsonl'), [{ id: 'transfer-2', label: 1 }, { id: 'transfer-3', logits: [1, 2] }]);
  const text = at('transfer.txt');
  await writeFile(text, '\none\ntwo\n');
  await t.throwsAsync(ask(addLabel, 'label', '--from', file, text, '--out', at('texts')), { message: 'which classes are there? Name them with --classes a,b,c' });
  const { answered } = await ask(addLabel, 'label', '--from', file, text, '--classes', 'no,yes', '--out', at('texts'));
  t.deepEqual((answered as [Answer])[0].labels, ['no', 'yes']);
});

test('what does not fit is refused, and nothing is stored', async (t) => {
  const examples = await opinions(bench.corpus);
  const answers = examples.map(({ id }, i) => ({ id, probs: probabilities(i) }));
  const root = at('refused');
  const refused = async (lines: readonly unknown[], message: RegExp, ...words: string[]) => {
    const file = await writeAnswers(at('bad.jsonl'), lines);
    await t.throwsAsync(ask(addLabel, 'label', '--from', file, bench.corpus, '--out', root, ...words), { message });
  };
  await refused(answers.slice(3), /bad\.jsonl: 3 of 200 examples have no line \(\S+, \S+, \S+\); answer them, or leave them out with --allow-missing/);
  await refused([...answers, { id: 'stranger', label: 'mixed' }], /1 of its 201 answers is about examples that the corpus does not have \(stranger\)/);
  await refused([{ ...answers[0], probs: { mixed: 0.4, negative: 0.1 } }, ...answers.slice(1)], /bad\.jsonl:1: example \S+: the probabilities sum to 0\.5, not to 1/);
  await refused([{ ...answers[0], probs: [0.8, 0.1, 0.1] }], /"probs" is a list, and the order of the classes is not known/);
  await refused([{ id: answers[0]?.id, label: 'awful' }], /bad\.jsonl:1: example \S+: label "awful" is none of the known labels: mixed, negative, positive/);
  await t.throwsAsync(readdir(root), { code: 'ENOENT' });
  const file = await writeAnswers(at('most.jsonl'), [...answers.slice(3), { id: 'stranger', label: 'mixed' }]);
  const { answered } = await ask(addLabel, 'label', '--from', file, bench.corpus, '--out', root, '--allow-missing', '--allow-unknown');
  t.is((answered as [Answer])[0].silent, 3);
});

test('wrong use', async (t) => {
  const wrong = async (message: RegExp, ...words: string[]) => t.is((await t.throwsAsync(ask(addLabel, 'label', ...words), { message }))?.name, 'CommanderError');
  await wrong(/missing required argument 'teacher'/);
  await wrong(/missing required argument 'corpus'/, bench.classifier);
  await wrong(/with --from, give nothing but a corpus/, '--from', 'x', bench.classifier, bench.corpus);
  await wrong(/with --from, give a corpus/, '--from', 'x');
  await wrong(/Wanted: different words, parted by commas/, bench.classifier, bench.corpus, '--classes', 'a,,b');
});

test('a store is no teacher to be labelled by, and what is not there is said', async (t) => {
  const { answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--examples', '4', '--out', at('small'));
  const [{ folder }] = answered as [Answer];
  await t.throwsAsync(ask(addLabel, 'label', folder, bench.corpus), { message: `${folder}: these are labels already; distil from them: retort distill ${folder} CORPUS` });
  await t.throwsAsync(ask(addLabel, 'label', at('absent'), bench.corpus), { message: `${at('absent')}: there is no such file or folder; a teacher is a classifier's folder, a label store, or a file of answers` });
});

test('a PyTorch checkpoint is read by our engine, bit for bit as its twin', async (t) => {
  const [bin, twin] = ['bin', 'twin'].map(at) as [string, string];
  await cp('test/fixtures/models/pytorch-bin/classifier', bin, { recursive: true });
  await cp('test/fixtures/models/bert-classifier', twin, { recursive: true });
  const stores = [];
  for (const folder of [bin, twin]) {
      await saveTokenizer(await trainWordPiece((await opinions(bench.corpus)).map(({ text }) => text), { size: 100, lowercase: true }), folder);
    const { answered } = await ask(addLabel, 'label', folder, bench.corpus, '--examples', '5', '--out', at(`${folder === bin ? 'bin' : 'twin'}-stores`));
    stores.push((answered as [Answer])[0].folder);
  }
  const [a, b] = await Promise.all(stores.map((folder) => readFile(join(folder, 'shard-00000.arrow'))));
  t.deepEqual(a, b);
});
