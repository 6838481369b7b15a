import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addPredict, answerOf } from '../../../src/cli/commands/predict.ts';
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

test('what is not there, and what is a run, is said with the mend', async (t) => {
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, 'none.tsv'), { message: 'none.tsv: there is no such file; give a TSV, CSV or JSONL file, or a text file with one example a line' });
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, bench.corpus), { message: /not a file; give a TSV/ });
  await t.throwsAsync(ask(addPredict, 'predict', join(bench.folder, 'none'), 'none.tsv'), { message: /no config\.json in it/ });
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, join(bench.corpus, 'dev.tsv'), '--text', 'review'), { message: /dev\.tsv:1: no column "review"; the columns are "id", "sentence", "label"/ });
});
