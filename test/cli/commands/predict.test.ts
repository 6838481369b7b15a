import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addPredict, answerOf } from '../../../src/cli/commands/predict.ts';
import { freshModel } from '../../../src/models/model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { freshConfig, parseSize } from '../../../src/models/size.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

test('the answer of a row: softmax in double precision, sigmoid for several classes, the number for a score', (t) => {
  const labels = ['a', 'b', 'c'];
  const { label, probabilities } = answerOf({ task: 'single-label', labels }, Float32Array.of(0, 1000, 999)) as { label: string; probabilities: Record<string, number> };
  t.is(label, 'b');
  t.is(probabilities.b, 1 / (1 + Math.exp(-1)));
  t.is(probabilities.a, 0);
  t.deepEqual(answerOf({ task: 'multi-label', labels }, Float32Array.of(0, 2, -2)), { labels: ['b'], probabilities: { a: 0.5, b: 1 / (1 + Math.exp(-2)), c: 1 / (1 + Math.exp(2)) } });
  t.deepEqual(answerOf({ task: 'regression', labels: ['score'] }, Float32Array.of(1.5)), { score: 1.5 });
});

test('lines and TSV say the same; JSON lines on standard output are those of the file', async (t) => {
  const rows = (await readFile(join(bench.corpus, 'dev.tsv'), 'utf8')).trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
  const lines = join(bench.folder, 'lines.txt');
  await writeFile(lines, `${rows.map(([, sentence]) => sentence).join('\n')}\n`);
  const out = join(bench.folder, 'predictions.jsonl');
  await ask(addPredict, 'predict', bench.classifier, join(bench.corpus, 'dev.tsv'), '--out', out);
  const written = (await readFile(out, 'utf8')).trimEnd().split('\n');
  const { said } = await ask(addPredict, 'predict', bench.classifier, lines);
  t.is(said.length, rows.length);
  const parsed = (line: string | undefined) => JSON.parse(line ?? '') as { id: string; label: string; probabilities: Record<string, number> };
  t.deepEqual(written.map((line) => parsed(line).id), rows.map(([id]) => id));
  t.deepEqual(said.map((line) => parsed(line).probabilities), written.map((line) => parsed(line).probabilities));
  t.is(parsed(said[4]).id, 'lines-5');
});

test('texts that are cut are counted; more tokens than positions are refused', async (t) => {
  const file = join(bench.corpus, 'dev.tsv');
  const { noted } = await ask(addPredict, 'predict', bench.classifier, file, '--max-tokens', '4');
  t.true(noted.some((line) => line.includes('texts are longer than 4 tokens and were cut')), noted.join('\n'));
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, file, '--max-tokens', '512'), { message: /--max-tokens 512: .*classifier has only 32 positions/ });
});

test('a submission is the file that GLUE\'s server takes, from a GLUE folder or from the file itself', async (t) => {
  const tokenizer = await loadTokenizer(bench.classifier);
  const config = freshConfig(parseSize('1x16:2'), { vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, positions: 32, task: 'single-label', labels: ['entailment', 'not_entailment'] });
  const model = join(bench.folder, 'wnli');
  await saveModel(model, freshModel(config, { seed: 1 }), { tokenizer, card: { name: 'wnli', story: [] }, onnx: false });
  const glue = join(bench.folder, 'glue');
  await mkdir(join(glue, 'WNLI'), { recursive: true });
  const rows = (count: number) => writeFile(join(glue, 'WNLI', 'test.tsv'), `index\tsentence1\tsentence2\n${Array.from({ length: count }, (_, row) => `${row}\tit was good ${row}\tit was not\n`).join('')}`);
  await rows(146);
  const out = join(bench.folder, 'submission');
  const submit = (file: string, ...words: string[]) => ask(addPredict, 'predict', model, file, '--submission', 'WNLI', '--out', out, ...words);
  const { answered: [answer], said } = await submit(glue);
  t.deepEqual(answer, { out: join(out, 'WNLI.tsv'), examples: 146 });
  t.deepEqual(said, [`146 predictions in ${join(out, 'WNLI.tsv')}`]);
  const text = await readFile(join(out, 'WNLI.tsv'), 'utf8');
  t.regex(text, /^index\tprediction\n0\t[01]\n1\t[01]\n(\d+\t[01]\n){144}$/);
  const { said: lines } = await ask(addPredict, 'predict', model, join(glue, 'WNLI', 'test.tsv'), '--text', 'sentence1', '--pair', 'sentence2');
  t.deepEqual(lines.map((line) => (JSON.parse(line) as { label: string }).label === 'entailment' ? '1' : '0'), text.trimEnd().split('\n').slice(1).map((line) => line.split('\t')[1] ?? ''));
  await submit(join(glue, 'WNLI', 'test.tsv'));
  t.is(await readFile(join(out, 'WNLI.tsv'), 'utf8'), text, 'the columns of the task are known');
  await rows(145);
  await t.throwsAsync(submit(glue), { message: 'WNLI.tsv wants 146 predictions, one for each row of the test split, not 145' });
  await t.throwsAsync(ask(addPredict, 'predict', model, glue, '--submission', 'AX'), { message: /glue: a folder; give the file of the diagnostic set itself$/ });
  await t.throwsAsync(ask(addPredict, 'predict', model, glue, '--submission', 'MNLI'), { message: /Allowed choices are CoLA, SST-2/ });
});

test('what is not there, and what is a run, is said with the mend', async (t) => {
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, 'none.tsv'), { message: 'none.tsv: there is no such file; give a TSV, CSV or JSONL file, or a text file with one example a line' });
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, bench.corpus), { message: /not a file; give a TSV/ });
  await t.throwsAsync(ask(addPredict, 'predict', join(bench.folder, 'none'), 'none.tsv'), { message: /no config\.json in it/ });
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, join(bench.corpus, 'dev.tsv'), '--text', 'review'), { message: /dev\.tsv:1: no column "review"; the columns are "id", "sentence", "label"/ });
});
