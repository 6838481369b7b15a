import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addEvaluate } from '../../../src/cli/commands/evaluate.ts';
import { corpusBleu } from '../../../src/evaluate/bleu.ts';
import type { ScoredSystems } from '../../../src/cli/translation/score-rows.ts';
import { ask } from '../in-process.ts';
import { openTranslationBench, type TranslationBench, withLines } from './bench.ts';

let bench: TranslationBench;
test.before(async () => {
  bench = await openTranslationBench();
});
test.after.always(() => bench.remove());
const evaluate = (...words: string[]) => ask(addEvaluate, 'evaluate', bench.translator, ...words, '--max-new-tokens', '6');
const at = (name: string) => join(bench.corpus, name);

test('scores of the test split, greedy and by beams, with what has to be known to compare them', async (t) => {
  const { answered, said } = await evaluate(bench.corpus, '--translation', 'en-de', '--beams', '2');
  const [answer] = answered as [ScoredSystems & { sentences: number; split: string }];
  t.like(answer, { sentences: 8, split: 'test', differences: [] });
  const [{ speed, perplexity, signatures, parameters }] = answer.systems as [ScoredSystems['systems'][0]];
  t.is(speed?.beam?.beams, 2);
  t.true(speed!.greedy.sentencesPerSecond > 0 && speed!.greedy.tokensPerSecond > 0);
  // An untrained model of about 400 tokens knows next to nothing.
  t.true(perplexity! > 200 && perplexity! < 800, `${perplexity}`);
  t.true(parameters! > 1000);
  t.regex(signatures.bleu, /^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|/);
  t.regex(said.join('\n'), /BLEU\|nrefs:1.*on 8 sentences of counting \(test\)/s);
});

test('a file of translations is scored as what it says, and held against', async (t) => {
  const references = (await readFile(at('test.de'), 'utf8')).trimEnd().split('\n');
  const hypotheses = await withLines(at('test.de'), bench.path('others.txt'), (lines) => lines.map((line) => line.replace('und', 'oder')));
  const { answered } = await evaluate('--source', at('test.en'), '--target', at('test.de'), '--beams', '1', '--hypotheses', hypotheses);
  const [{ systems, differences }] = answered as [ScoredSystems];
  t.deepEqual(systems.map(({ name }) => name), ['model', hypotheses]);
  t.is(systems[1]!.bleu.score, corpusBleu(references.map((line) => line.replace('und', 'oder')), references).score);
  t.is(differences[0]!.bleu.difference, systems[0]!.bleu.score - systems[1]!.bleu.score);
  t.true(systems[1]!.bleu.interval[0] <= systems[1]!.bleu.score && systems[1]!.bleu.score <= systems[1]!.bleu.interval[1]);
  t.is(systems[0]!.speed?.beam, undefined);
});

test('twice the same model differs in nothing; a TSV names its columns by the languages', async (t) => {
  const sides = await Promise.all(['en', 'de'].map(async (side) => (await readFile(at(`dev.${side}`), 'utf8')).trimEnd().split('\n')));
  const table = bench.path('pairs.tsv');
  await writeFile(table, `de\ten\n${sides[0]!.map((source, line) => `${sides[1]![line]}\t${source}`).join('\n')}\n`);
  const { answered } = await evaluate(table, '--translation', 'en-de', '--beams', '1', '--teacher', bench.translator);
  const [{ systems, differences }] = answered as [ScoredSystems];
  t.deepEqual([differences[0]!.bleu.difference, ...differences[0]!.bleu.interval, differences[0]!.chrf.difference], [0, 0, 0, 0]);
  const { answered: whole } = await evaluate(bench.corpus, '--translation', 'en-de', '--split', 'dev', '--beams', '1');
  t.is((whole[0] as ScoredSystems).systems[0]!.chrf.score, systems[0]!.chrf.score);
});

test('text that is not parallel is refused with file, line and mend', async (t) => {
  const wrong = (message: RegExp, ...words: string[]) => t.throwsAsync(evaluate(...words), { message });
  const short = await withLines(at('test.de'), bench.path('short.de'), (lines) => lines.slice(1));
  await wrong(/test\.en:8: no counterpart: .*short\.de has 7 lines, .*test\.en has 8 lines; each line must translate/, '--source', at('test.en'), '--target', short);
  const gap = await withLines(at('test.de'), bench.path('gap.de'), (lines) => lines.map((line, row) => (row === 2 ? '' : line)));
  await wrong(/gap\.de:3: the line is empty; remove line 3 from/, '--source', at('test.en'), '--target', gap);
  const long = await withLines(at('test.en'), bench.path('long.en'), (lines) => lines.map((line, row) => (row === 4 ? 'more '.repeat(60) : line)));
  await wrong(/example long-5: it has \d+ tokens, but .*translator reads 40 at most; .*--max-tokens 40/, '--source', long, '--target', at('test.de'));
  await wrong(/short\.de: 7 lines, but counting \(test\) has 8 sentences/, bench.corpus, '--translation', 'en-de', '--hypotheses', short);
  await wrong(/test\.de: its counterpart test\.fr is not there/, bench.corpus, '--translation', 'fr-de');
  await wrong(/the test split is missing; put test\.fr and test\.it there, or test\.tsv with the columns fr and it/, bench.corpus, '--translation', 'fr-it', '--split', 'test');
});

test('what would change nothing, or is left open, is refused', async (t) => {
  const wrong = (message: RegExp, ...words: string[]) => t.throwsAsync(evaluate(...words), { message });
  await wrong(/what to score on\? Give a corpus and its languages, as CORPUS --translation en-de/, bench.corpus);
  await wrong(/--source and --target go together/, '--source', at('test.en'));
  await wrong(/--task: .* is a translator; leave that away/, bench.corpus, '--translation', 'en-de', '--task', 'SST-2');
  await wrong(/Wanted: the endings of two languages/, bench.corpus, '--translation', 'en');
});
