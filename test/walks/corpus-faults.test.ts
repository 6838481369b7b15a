// What a process makes of corpora that cannot be read: one sentence that names file, line and mend, code 1, and nothing on disk changed.
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { hashFile } from '../../src/storage/hash.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const sample = 'corpora/opinions/sample';
const train = (corpus: string, ...words: string[]) => ['train', corpus, '--size', '1x16:2', '--vocabulary', '300', '--steps', '2', '--seed', '1', ...words];

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  const { code, stderr } = await place.retort(...train(sample, '--out', 'runs/teacher'));
  if (code !== 0) throw new Error(stderr);
});
test.after.always(() => place.remove());

/** Every file of the workplace with its hash. */
async function everything(): Promise<string[]> {
  const files = (await readdir(place.folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return (await Promise.all(files.map(async ({ parentPath, name }) => `${join(parentPath, name)} ${await hashFile(join(parentPath, name))}`))).sort();
}

/** @param said the whole sentence, after 'retort: '. */
async function refused(t: ExecutionContext, words: readonly string[], said: RegExp, code = 1): Promise<void> {
  const before = await everything();
  const result = await place.retort(...words);
  t.is(result.code, code, result.stderr);
  t.is(result.stdout, '');
  const lines = result.stderr.trimEnd().split('\n').filter((line) => !/^engine \w+: /.test(line));
  t.is(lines.length, 1, result.stderr);
  t.regex(lines[0] ?? '', said);
  t.deepEqual(await everything(), before, 'something on disk has changed');
}

let corpora = 0;

/** A copy of the corpus with one file changed; of another name, it takes the place of that split's. */
async function changed(file: string, content: string | Uint8Array): Promise<string> {
  corpora += 1;
  const folder = `corpora/faulty-${corpora}`;
  await cp(place.path(sample), place.path(folder), { recursive: true });
  await rm(place.path(folder, `${file.split('.')[0]}.tsv`));
  await writeFile(place.path(folder, file), content);
  return folder;
}
const rows = (...lines: string[]): string => lines.map((line) => `${line.replaceAll(' | ', '\t')}\n`).join('');
const header = 'id | sentence | label';

test.serial('a column that is missing, whatever the format', async (t) => {
  const [text, label] = [await changed('train.tsv', rows('id | words | label', 'a | it rains | mixed')), await changed('dev.tsv', rows('id | sentence', 'a | it rains'))];
  await refused(t, train(text, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/train\.tsv:1: no column "sentence"; the columns are "id", "words", "label": name one of these$/);
  await refused(t, train(label, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/dev\.tsv:1: no column "label"; the columns are "id", "sentence": name one of these$/);
  await refused(t, train(sample, '--text', 'words', '--out', 'out/run'), /^retort: corpora\/opinions\/sample\/train\.tsv:1: no column "words"; the columns are "id", "sentence", "label": name one of these$/);
  await refused(t, train(sample, '--text', '9', '--out', 'out/run'), /^retort: corpora\/opinions\/sample\/train\.tsv:1: no column number 9; the line has columns 1 to 3$/);
  const lines = await changed('train.jsonl', '{"sentence": "it rains", "label": "mixed"}\n{"sentence": "it pours"}\n');
  await refused(t, train(lines, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/train\.jsonl:2: no field "label"; the fields are "sentence": name one of these$/);
  await refused(t, ['predict', 'runs/teacher/model', `${text}/train.tsv`, '--out', 'out/answers.jsonl'], /^retort: corpora\/faulty-\d+\/train\.tsv:1: no column "sentence"; /);
  await refused(t, ['evaluate', 'runs/teacher/model', `${label}/dev.tsv`], /^retort: corpora\/faulty-\d+\/dev\.tsv:1: no column "label"; /);
});

test.serial('an empty corpus: no byte, a header alone, blank lines', async (t) => {
  for (const [file, content] of [['train.tsv', ''], ['train.tsv', rows(header)], ['dev.csv', 'id,sentence,label\n'], ['train.jsonl', '\n\n']] as const) {
    const folder = await changed(file, content);
    await refused(t, train(folder, '--out', 'out/run'), new RegExp(`^retort: corpora/faulty-\\d+/${file.replace('.', '\\.')}: no examples; the file holds no row with text; put one example on each line`));
  }
  await writeFile(place.path('corpora/nothing.txt'), ' \n\n');
  for (const words of [['label', 'runs/teacher/model', 'corpora/nothing.txt', '--out', 'out/labels'], ['predict', 'runs/teacher/model', 'corpora/nothing.txt', '--out', 'out/answers.jsonl']]) {
    await refused(t, words, /^retort: corpora\/nothing\.txt: no examples; the file holds no row with text; /);
  }
});

test.serial('a corpus that is not there, or is no corpus', async (t) => {
  await refused(t, train('corpora/none', '--out', 'out/run'), /^retort: corpora\/none: there is no such folder; a corpus is a folder with train\.tsv and dev\.tsv/);
  await refused(t, train('runs/teacher', '--out', 'out/run'), /^retort: runs\/teacher\/train\.tsv: there is no such file; give a TSV, CSV or JSONL file/);
  await refused(t, train(sample, '--task', 'SST-2', '--out', 'out/run'), /^retort: corpora\/opinions\/sample\/train\.tsv:1: no column "sentence"|^retort: corpora\/opinions\/sample\/train\.tsv:2: label "\w+" is none of the known labels: 0, 1; /);
});

test.serial('text that is not UTF-8', async (t) => {
  const latin = Buffer.from(rows(header, 'a | it rains | mixed', 'b | le caf\xe9 | mixed'), 'latin1');
  const zipped = gzipSync('id\tsentence\tlabel\n');
  for (const [file, content, line] of [['train.tsv', latin, 3], ['dev.csv', Buffer.from('sentence,label\ncaf\xe9,mixed\n', 'latin1'), 2], ['train.jsonl', Buffer.from('{"sentence": "caf\xe9", "label": "mixed"}\n', 'latin1'), 1], ['train.tsv', zipped, 1]] as const) {
    const folder = await changed(file, content);
    await refused(t, train(folder, '--out', 'out/run'), new RegExp(`^retort: corpora/faulty-\\d+/${file.replace('.', '\\.')}:${line}: not valid UTF-8; save the file as UTF-8 without compression$`));
  }
  await writeFile(place.path('corpora/latin.txt'), Buffer.from('it rains\ncaf\xe9\n', 'latin1'));
  await refused(t, ['label', 'runs/teacher/model', 'corpora/latin.txt', '--out', 'out/labels'], /^retort: corpora\/latin\.txt:2: not valid UTF-8; /);
});

test.serial('a file that was cut short', async (t) => {
  for (const [file, content, said] of [
    ['dev.tsv', `${rows(header, 'a | it rains | mixed')}b\tit po`, /:3: 2 columns where 3 are expected; the file ends inside this line: was it cut short\?$/],
    ['train.csv', 'id,sentence,label\na,"it rains,mixed\nb,it pours,mixed\n', /:2: a double quote opens here and is never closed; close it, and double the quotes inside a text$/],
    ['train.jsonl', '{"sentence": "it rains", "label": "mixed"}\n{"sentence": "it po', /:2: the file ends inside this line: was it cut short\? Copy it again, or remove the line$/],
  ] as const) {
    await refused(t, train(await changed(file, content), '--out', 'out/run'), new RegExp(`^retort: corpora/faulty-\\d+/${file.replace('.', '\\.')}${said.source}`));
  }
});

test.serial('an unknown label, and ids that stand twice', async (t) => {
  const strange = await changed('dev.tsv', rows(header, 'a | it rains | mixed', 'b | it pours | strange'));
  await refused(t, train(strange, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/dev\.tsv:3: label "strange" is none of the known labels: mixed, negative, positive; correct it, or name it among the labels$/);
  await refused(t, ['evaluate', 'runs/teacher/model', `${strange}/dev.tsv`], /^retort: corpora\/faulty-\d+\/dev\.tsv\b.* label "?strange"?/);
  const twice = await changed('train.tsv', rows(header, 'a | it rains | mixed', 'b | it pours | mixed', 'a | it snows | mixed'));
  await refused(t, train(twice, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/train\.tsv:4: id "a" already stands on line 2; ids must differ$/);
  const blank = await changed('train.tsv', rows(header, 'a | it rains | mixed', 'b | it pours | '));
  await refused(t, train(blank, '--out', 'out/run'), /^retort: corpora\/faulty-\d+\/train\.tsv:3: no label; label the row or open the file without a label column$/);
});

test.serial('a file does not steer the terminal that it is complained of on', async (t) => {
  const folder = await changed('dev.tsv', rows(header, 'a | it rains | \u001b[2Jmixed'));
  await refused(t, train(folder, '--out', 'out/run'), /^retort: \S+\/dev\.tsv:2: label "\\u001b\[2Jmixed" is none of the known labels/);
});

test.serial('tokens that were damaged on disk are told of and made anew', async (t) => {
  const words = ['label', 'runs/teacher/model', sample, '--cache', 'cache/tokens'];
  const whole = await place.retort(...words, '--out', 'cache/labels');
  t.is(whole.code, 0, whole.stderr);
  const shards = (await readdir(place.path('cache/tokens'), { recursive: true })).filter((name) => name.endsWith('.arrow')).map((name) => place.path('cache/tokens', name));
  const [first = '', second = ''] = shards;
  const sound = await Promise.all(shards.map((path) => readFile(path)));
  await writeFile(first, (await readFile(first)).subarray(0, 300));
  await appendFile(second, 'more');
  const again = await place.retort(...words, '--out', 'cache/labels-again');
  t.is(again.code, 0, again.stderr);
  t.is(again.stderr.split('\n').filter((line) => /shard-00000\.arrow: not a whole shard of tokens: .*are tokenised anew$/.test(line)).length, 2, again.stderr);
  t.deepEqual(await Promise.all(shards.map((path) => readFile(path))), sound);
  const stored = async (root: string) => {
    const [store = ''] = await readdir(place.path(root));
    return Promise.all((await readdir(place.path(root, store))).sort().map(async (name) => `${name} ${await hashFile(place.path(root, store, name))}`));
  };
  t.deepEqual(await stored('cache/labels-again'), await stored('cache/labels'));
});

test.serial('a folder that cannot be made, and words that are missing', async (t) => {
  await mkdir(place.path('out'), { recursive: true });
  await writeFile(place.path('out/file'), 'in the way\n');
  await refused(t, train(sample, '--out', 'out/file'), /^retort: .*out\/file\b/);
  await refused(t, ['train', '--out', 'out/run'], /^error: missing required argument 'corpus'$/, 2);
});
