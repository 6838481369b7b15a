// A translation distilled from flags alone: a teacher from parallel text, its n best stored, students of what it wrote, scored and asked.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import { addDistill } from '../../src/cli/commands/distill.ts';
import { addEvaluate } from '../../src/cli/commands/evaluate.ts';
import { addLabel } from '../../src/cli/commands/label.ts';
import { addPredict } from '../../src/cli/commands/predict.ts';
import { addReport } from '../../src/cli/commands/report.ts';
import { addTrain } from '../../src/cli/commands/train.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { readJson } from '../../src/storage/json.ts';
import { ask, openRecorder } from '../cli/in-process.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { openTranslationBench, type TranslationBench, withLines } from '../cli/translation/bench.ts';

let bench: TranslationBench;
let teacher: string;
test.before(async () => {
  bench = await openTranslationBench();
  await ask(addTrain, 'train', bench.corpus, '--translation', 'en-de', '--size', '1+2x16:2', '--vocabulary', '380', ...brief, '--max-tokens', '40', '--max-new-tokens', '6', '--metric', 'perplexity', '--out', bench.path('teacher'));
  teacher = bench.path('teacher/model');
});
test.after.always(() => bench.remove());

const brief = ['--steps', '4', '--rows', '8', '--beams', '2'];
const distill = (out: string, ...words: string[]) => ask(addDistill, 'distill', teacher, bench.corpus, '--translation', 'en-de', ...brief, ...(words.includes('word-kd') ? [] : ['--translations', bench.path('translations')]), '--out', bench.path(out), ...words);
interface Evaluation { transformersJs?: { examples: number; agreement: number }; rows: { name: string; score: { interval: number[] }; others: Record<string, unknown> }[]; translations: { teacher?: string }[]; layerMap: object[] }

test.serial('the teacher is a Hugging Face folder with its tokenizer, with scores in its card and a page of its own', async (t) => {
  const { model } = await loadSeq2Seq(teacher);
  t.like(model.config, { family: 'marian', encoderLayers: 1, layers: 2, width: 16, positions: 40 });
  model.dispose();
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json']) t.true(existsSync(join(teacher, name)), name);
  t.regex(await readFile(join(teacher, 'README.md'), 'utf8'), /\| BLEU on the test split \(nrefs:1, case:mixed/);
  const page = await readFile(bench.path('teacher/report.html'), 'utf8');
  t.true(page.includes('What it translates') && page.includes('draws with replacement of the 8 there are'));
});

test.serial('labels are its n best, stored once: distil finds them', async (t) => {
  const label = () => ask(addLabel, 'label', teacher, bench.corpus, '--translation', 'en-de', '--beams', '2', '--n-best', '2', '--max-new-tokens', '8', '--translations', bench.path('translations'));
  const { answered } = await label();
  const [{ folder, examples }] = answered as [{ folder: string; examples: number }];
  t.is(examples, 60);
  const stored = join(folder, 'part-0000-of-0001', 'header.json');
  const before = await readFile(stored, 'utf8');
  const { answered: said } = await distill('choice', '--layers', '1', '--choice', 'chrf', '--with-references', '--max-new-tokens', '8', '--drop', 'copies,duplicates');
  t.is(await readFile(stored, 'utf8'), before);
  const [{ student, evaluation }] = said as [{ student: string; evaluation: Evaluation }];
  t.deepEqual(evaluation.rows.map(({ name }) => name), ['student', 'teacher']);
  t.deepEqual(evaluation.layerMap, [{ student: 'embeddings', teacher: 'embeddings' }, { student: 'encoder layer 1', teacher: 'encoder layer 1' }, { student: 'decoder layer 1', teacher: 'decoder layer 2' }]);
  t.is(evaluation.translations.length, 8);
  // The student writes to its own limit: --max-new-tokens is about what the teacher writes.
  t.is(evaluation.transformersJs?.examples, 8);
  if (precisionUnderTest !== 'bf16') t.is(evaluation.transformersJs?.agreement, 1);
  t.true(evaluation.translations.every(({ teacher: said }) => said !== undefined));
  t.is((await loadSeq2Seq(student)).model.config.layers, 1);
  const written = await readFile(bench.path('choice/report.html'), 'utf8');
  await ask(addReport, 'report', bench.path('choice'));
  t.is(await readFile(bench.path('choice/report.html'), 'utf8'), written);
});

test.serial('a second run with the same flags reuses the student', async (t) => {
  const { said } = await distill('choice', '--layers', '1', '--choice', 'chrf', '--with-references', '--max-new-tokens', '8', '--drop', 'copies,duplicates');
  t.true(said.includes('student: done before, reused'), said.join('\n'));
});

test.serial('word by word, alone and beside what it wrote; a fresh student with a vocabulary of its own learns what it wrote', async (t) => {
  const { answered } = await distill('words', '--layers', 'uniform:1', '--objective', 'word-kd', '--metric', 'perplexity');
  t.true(Number.isFinite((answered[0] as { evaluation: { rows: { others: { perplexity: number } }[] } }).evaluation.rows[0]!.others.perplexity));
  await distill('both', '--size', '1+1x8:2', '--objective', 'word-kd+seq-kd', '--max-new-tokens', '8', '--max-tokens', '40', '--metric', 'perplexity');
  t.regex(await readFile(bench.path('both/student/README.md'), 'utf8'), /word-kd\+seq-kd/);
  const { answered: fresh } = await distill('fresh', '--size', '1+1x8:2', '--family', 't5', '--vocabulary', '330', '--max-new-tokens', '8', '--metric', 'perplexity');
  t.like(await readJson(join((fresh[0] as { student: string }).student, 'config.json')), { model_type: 't5', vocab_size: 330 });
});

test.serial('the student is scored against its teacher, and translates', async (t) => {
  const student = bench.path('choice/student');
  const { answered } = await ask(addEvaluate, 'evaluate', student, bench.corpus, '--translation', 'en-de', '--teacher', teacher, '--beams', '1', '--max-new-tokens', '8');
  t.is((answered[0] as { differences: object[] }).differences.length, 1);
  const { said } = await ask(addPredict, 'predict', student, join(bench.corpus, 'test.en'), '--beams', '1', '--max-new-tokens', '8');
  t.is(said.length, 8);
});

/** What a command's help says for translators, at this bench's size. */
async function exampleOf(add: (typeof commands)[number], name: string): Promise<string[]> {
  let text = '';
  const program = new Command('retort').exitOverride().configureOutput({ writeOut: (part) => void (text += part) });
  add(program, { console: () => openRecorder().console, signal: new AbortController().signal, command: 'retort', verbose: () => false });
  await program.parseAsync([name, '--help'], { from: 'user' }).catch(() => undefined);
  const words = (/\nA translator[^\n]*:\n {2}\$ retort ([^\n]+)/.exec(text)?.[1] ?? '').split(' ');
  const places: Readonly<Record<string, string>> = { 'corpora/counting/sample': bench.corpus, 'sentences.en': join(bench.corpus, 'test.en'), 'sentences.de': bench.path('sentences.de') };
  const small = words.map((word, at) => (words[at - 1] === '--steps' ? '2' : (places[word] ?? (word.startsWith('runs/') ? bench.path(word) : word))));
  return [...small, '--max-new-tokens', '6'];
}

const commands = [addTrain, addLabel, addDistill, addEvaluate, addPredict] as const;

test.serial('the translators\' examples in the help build on one another', async (t) => {
  for (const add of commands) {
    const name = add.name.slice('add'.length).toLowerCase();
    const words = await exampleOf(add, name);
    t.is(words[0], name);
    await t.notThrowsAsync(ask(add, ...words), words.join(' '));
  }
  for (const left of ['runs/translator/model/model.safetensors', 'runs/small-translator/student/model.safetensors']) t.true(existsSync(bench.path(left)), left);
  t.is((await readFile(bench.path('sentences.de'), 'utf8')).split('\n').length, 8 + 1);
});

test.serial('what would change nothing, or cannot be learned, is refused in words', async (t) => {
  const wrong = (message: RegExp, ...words: string[]) => t.throwsAsync(distill('none', ...words), { message });
  await wrong(/which student\? Give one of --size/);
  await wrong(/--choice: the references are learned from/, '--layers', '0', '--objective', 'word-kd', '--choice', 'bleu');
  await wrong(/--temperature: the teacher is not asked at every word/, '--layers', '0', '--temperature', '2');
  await wrong(/--objective pkd: translators learn by seq-kd, word-kd, word-kd\+seq-kd/, '--layers', '0', '--objective', 'pkd');
  await wrong(/--transfer: it is for classifiers/, '--layers', '0', '--transfer', 'x.txt');
  await wrong(/--metric accuracy: translators are ranked by bleu, chrf, perplexity/, '--layers', '0', '--metric', 'accuracy');
  await wrong(/cut text differently, so they do not speak of the same words/, '--size', '1+1x8:2', '--vocabulary', '330', '--objective', 'word-kd');
  await wrong(/layers \[5\] cannot be cut from a teacher whose decoder layers run from 0 to 1/, '--layers', '5');
  await t.throwsAsync(ask(addDistill, 'distill', teacher, bench.corpus, '--layers', '0', '--choice', 'bleu'), { message: /--choice: it is for translators; give --translation FROM-INTO too/ });
  await t.throwsAsync(ask(addTrain, 'train', bench.corpus, '--translation', 'en-fr', '--size', '1+1x8'), { message: /train\.en: its counterpart train\.fr is not there/ });
  await withLines(join(bench.corpus, 'train.en'), join(bench.corpus, 'train.en'), (lines) => lines.map((line, row) => (row === 4 ? '' : line)));
  const train = (...words: string[]) => ask(addTrain, 'train', bench.corpus, '--translation', 'en-de', '--size', '1+1x8:2', '--vocabulary', '330', '--steps', '1', '--rows', '2', '--beams', '1', '--metric', 'perplexity', '--max-new-tokens', '3', '--out', bench.path('gaps'), ...words);
  await t.throwsAsync(train(), { message: /train\.en:5: the line is empty; remove line 5 from/ });
  await t.notThrowsAsync(train('--empty-lines', 'leave-out'));
});
