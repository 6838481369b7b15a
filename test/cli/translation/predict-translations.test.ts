import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addPredict } from '../../../src/cli/commands/predict.ts';
import { ask, openBench } from '../in-process.ts';
import { openTranslationBench, type TranslationBench, withLines } from './bench.ts';

let bench: TranslationBench;
test.before(async () => {
  bench = await openTranslationBench();
});
test.after.always(() => bench.remove());
const predict = (...words: string[]) => ask(addPredict, 'predict', bench.translator, ...words, '--max-new-tokens', '6');
const source = () => join(bench.corpus, 'test.en');

interface Answer {
  readonly id: string;
  readonly translations: readonly { text: string; score: number; logProb: number; finished: boolean }[];
}

test('a line for each line, an empty one for an empty one, whatever the batches', async (t) => {
  const file = await withLines(source(), bench.path('gaps.en'), (lines) => [lines[0]!, '', ...lines.slice(1), '  ']);
  const out = bench.path('gaps.de');
  const { noted, said, answered } = await predict(file, '--beams', '1', '--out', out);
  const lines = (await readFile(out, 'utf8')).split('\n');
  t.deepEqual([lines.length, lines[1], lines[9], lines[10]], [11, '', '', '']);
  t.true(noted.includes('2 empty lines stay empty'), noted.join('\n'));
  t.regex(said.join('\n'), /8 translations in .*gaps\.de/);
  t.deepEqual(answered, [{ out, lines: 10, translated: 8 }]);
  const { said: shown } = await predict(source(), '--beams', '1', '--batch-tokens', '20');
  t.deepEqual(shown, lines.filter((_, at) => ![1, 9, 10].includes(at)));
});

test('JSON lines hold the scores of the best or of several, best first', async (t) => {
  const out = bench.path('test.jsonl');
  await predict(source(), '--beams', '3', '--n-best', '2', '--length-penalty', '0.5', '--out', out);
  const answers = (await readFile(out, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Answer);
  t.deepEqual(answers.map(({ id }) => id), Array.from({ length: 8 }, (_, line) => `test-${line + 1}`));
  for (const { translations } of answers) {
    t.is(translations.length, 2);
    t.true(translations[0]!.score >= translations[1]!.score && translations[0]!.logProb < 0);
  }
  const { said } = await predict(source(), '--beams', '3', '--n-best', '2', '--length-penalty', '0.5');
  t.deepEqual(said.map((line) => JSON.parse(line) as Answer), answers);
});

test('a table\'s texts are translated by their column', async (t) => {
  const file = bench.path('rows.tsv');
  const [first] = (await readFile(source(), 'utf8')).split('\n');
  await writeFile(file, `id\tenglish\nr1\t${first}\n`);
  const { said } = await predict(file, '--text', 'english', '--beams', '1');
  t.deepEqual(said, (await predict(source(), '--beams', '1')).said.slice(0, 1));
});

test('a line longer than the positions is named, or cut where a limit is given', async (t) => {
  const file = await withLines(source(), bench.path('long.en'), (lines) => [lines[0]!, `${lines[1]} ${'and so on '.repeat(20)}`]);
  await t.throwsAsync(predict(file), { message: /long\.en:2: it has \d+ tokens, but .*translator reads 40 at most; shorten it, or let what is too long be cut: --max-tokens 40/ });
  const { noted } = await predict(file, '--beams', '1', '--max-tokens', '40');
  t.true(noted.includes('1 of 2 lines are longer than 40 tokens and were cut'), noted.join('\n'));
  await t.throwsAsync(predict(file, '--max-tokens', '50'), { message: /--max-tokens 50: .*translator has only 40 positions/ });
});

test('what cannot be meant is refused', async (t) => {
  const wrong = (message: string | RegExp, ...words: string[]) => t.throwsAsync(predict(...words), { message });
  await wrong(/--n-best 5: 4 beams find no more; give --beams 5/, source(), '--n-best', '5');
  await wrong('error: --n-best 2: a line holds one translation; write JSON lines: --out FILE.jsonl', source(), '--n-best', '2', '--out', bench.path('x.de'));
  await wrong(/error: --submission: .*translator is a translator; leave that away/, source(), '--submission', 'CoLA');
  await wrong(/there is no such file; give a text file with one source a line/, bench.path('none.en'));
  const empty = bench.path('empty.en');
  await writeFile(empty, '\n\n');
  await wrong(/empty\.en: every line is empty/, empty);
  const classifiers = await openBench();
  await t.throwsAsync(ask(addPredict, 'predict', classifiers.classifier, join(classifiers.corpus, 'dev.tsv'), '--beams', '2'), { message: /error: --beams: .*classifier is no translator; leave that away/ });
  await classifiers.remove();
});

test('a tokenizer that does not end its texts as the model needs is refused by its folder', async (t) => {
  const folder = bench.path('without-end');
  await cp(bench.translator, folder, { recursive: true });
  const file = join(folder, 'tokenizer.json');
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), post_processor: null }));
  await t.throwsAsync(ask(addPredict, 'predict', folder, source()), { message: /without-end: its tokenizer does not close a text with "?<\/s>"?, which a translator reads and writes/ });
});
