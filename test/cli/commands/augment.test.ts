import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addAugment } from '../../../src/cli/commands/augment.ts';
import { openSplits } from '../../../src/cli/corpus-options.ts';
import { openTexts } from '../../../src/cli/text-files.ts';
import { loadModel } from '../../../src/models/load.ts';
import { saveModel } from '../../../src/models/save.ts';
import { loadTokenizer } from '../../../src/text/tokenizer-files.ts';
import { gather } from '../../../src/text/streamed-corpus.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
let filler = '';
test.before(async () => {
  bench = await openBench();
  filler = join(bench.folder, 'filler');
  const { model } = await loadModel(bench.classifier, { task: 'masked-lm', seed: 2 });
  await saveModel(filler, model, { tokenizer: await loadTokenizer(bench.classifier), card: { name: 'filler', story: [] } });
});
test.after.always(() => bench.remove());

async function make(name: string, ...words: string[]) {
  const out = join(bench.folder, `${name}.jsonl`);
  const { answered: [answer], said } = await ask(addAugment, 'augment', filler, ...words, '--out', out);
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  return { out, answer, said, lines };
}

test('the training split of a corpus, as unlabelled text that --transfer reads', async (t) => {
  const { out, answer, said, lines } = await make('split', bench.corpus, '--examples', '20', '--copies', '3');
  t.deepEqual(answer, { out, examples: 20, texts: lines.length });
  t.true(lines.length > 40 && lines.length <= 60);
  t.regex(said[0] ?? '', /^\d+ texts of 20 in .*split\.jsonl$/);
  t.true(lines.every((line) => Object.keys(line).join() === 'id,text'));
  const splits = await openSplits(bench.corpus, { transfer: out });
  const transfer = await gather(splits.transfer ?? splits.train);
  t.deepEqual(transfer.examples.slice(-lines.length).map(({ id, text }) => ({ id, text })), lines);
});

test('vectors of a file stand for words of several tokens; the seed changes the choices', async (t) => {
  const file = join(bench.folder, 'texts.txt');
  const vectors = join(bench.folder, 'glove.txt');
  await writeFile(file, 'zebrafish zebrafish zebrafish\n');
  await writeFile(vectors, 'zebrafish 1 0\nminnow 1 0.1\ntrout 1 0.2\nbrick 0 1\n');
  const { lines } = await make('vectors', file, '--vectors', vectors, '--candidates', '2', '--copies', '6');
  const words = new Set(lines.flatMap(({ text = '' }) => text.split(' ')));
  t.deepEqual([...words].sort(), ['minnow', 'trout', 'zebrafish']);
  t.notDeepEqual((await make('seed', file, '--vectors', vectors, '--candidates', '2', '--copies', '6', '--seed', '2')).lines, lines);
});

test('pairs of a GLUE task are written under its columns, so that the task\'s --transfer finds them', async (t) => {
  const glue = join(bench.folder, 'MRPC');
  await mkdir(glue);
  const rows = ['it was good', 'it was bad and long', 'the film was good'].map((text, i) => `${i % 2}\t${i}\t${i}\t${text}\tno ${text}`);
  await writeFile(join(glue, 'train.tsv'), ['Quality\t#1 ID\t#2 ID\t#1 String\t#2 String', ...rows, ''].join('\n'));
  const { lines, out } = await make('pairs', glue, '--task', 'MRPC', '--copies', '2');
  t.true(lines.length > 2 && lines.every((line) => Object.keys(line).join() === 'id,#1 String,#2 String'));
  const { examples } = await openTexts(out, { text: '#1 String', pair: '#2 String' });
  t.is(examples.length, lines.length);
});

test('what cannot be meant is refused, and leaves no file', async (t) => {
  await t.throwsAsync(make('never', bench.corpus, '--replace', '1.5'), { message: /--replace is how likely a word is replaced/ });
  await t.throwsAsync(make('never', bench.corpus, '--task', 'MRPC', '--text', 'x'), { message: /--text: the columns of MRPC are known/ });
  await t.throwsAsync(make('never', bench.corpus, '--vectors', join(bench.folder, 'absent.txt')), { message: /absent\.txt: there is no such file; give a text file in GloVe's format/ });
  const out = join(bench.folder, 'classifier.jsonl');
  await t.throwsAsync(ask(addAugment, 'augment', bench.classifier, bench.corpus, '--out', out), { message: /^words are replaced by what a masked-LM head expects, but this model is single-label/ });
  await t.throwsAsync(readFile(out), { code: 'ENOENT' });
});
