// What a process makes of teachers that do not fit: one sentence that names the place and the mend, code 1, and nothing on disk changed.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { hashFile } from '../../src/storage/hash.ts';
import { archive, call, dict, named, program, text } from '../storage/pickle-program.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const corpus = 'corpora/opinions/sample';
const train = (out: string, seed: number) => ['train', corpus, '--size', '1x16:2', '--vocabulary', '300', '--steps', '2', '--seed', String(seed), '--out', out];

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  for (const words of [train('runs/teacher', 1), train('runs/other', 2), ['label', 'runs/teacher/model', corpus, '--out', 'runs/labels']]) {
    const { code, stderr } = await place.retort(...words);
    if (code !== 0) throw new Error(stderr);
  }
});
test.after.always(() => place.remove());

const store = async () => join('runs/labels', (await readdir(place.path('runs/labels')))[0] ?? '');

/** Every file below runs/ with its hash. */
async function everything(): Promise<string[]> {
  const files = (await readdir(place.path('runs'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return (await Promise.all(files.map(async ({ parentPath, name }) => `${join(parentPath, name)} ${await hashFile(join(parentPath, name))}`))).sort();
}

/** @param said after 'retort: '. */
async function refused(t: ExecutionContext, words: readonly string[], said: RegExp, code = 1): Promise<void> {
  const before = await everything();
  const result = await place.retort(...words);
  t.is(result.code, code, result.stderr);
  t.is(result.stdout, '');
  const errors = result.stderr.split('\n').filter((line) => /^(retort|error): /.test(line));
  t.is(errors.length, 1, result.stderr);
  t.regex(result.stderr, said);
  t.notRegex(result.stderr, /\n\s+at /, 'a stack trace');
  t.deepEqual(await everything(), before, 'something on disk has changed');
}
const distil = (...words: string[]) => ['distill', ...words, corpus, '--size', '1x16:2', '--steps', '1', '--out', 'out/run'];

/** A copy of the teacher with one file changed. */
async function changed(name: string, file: string, change: (text: string) => string): Promise<string> {
  await cp(place.path('runs/teacher/model'), place.path('runs', name), { recursive: true });
  const path = place.path('runs', name, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
  return `runs/${name}`;
}

test.serial('a label store of another teacher: both sides', async (t) => {
  await refused(t, [...distil('runs/other/model'), '--labels', await store()], /^retort: runs\/labels\/\w+: these labels do not fit; label the corpus anew \(retort label\)\n {2}teacher: stored "[0-9a-f]{64}", wanted "[0-9a-f]{64}"\n$/m);
});

test.serial('a tokenizer of another vocabulary size than the model', async (t) => {
  const folder = await changed('larger', 'tokenizer.json', (json) => {
    const tokenizer = JSON.parse(json) as { model: { vocab: Record<string, number> } };
    return JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, vocab: { ...tokenizer.model.vocab, extraordinary: Object.keys(tokenizer.model.vocab).length } } });
  });
  for (const words of [['label', folder, corpus, '--out', 'out/labels'], distil(folder)]) await refused(t, words, /^retort: runs\/larger: the tokenizer has ids up to 300, the model embeddings for 300; they do not belong together\n$/m);
});

test.serial('teacher and student with other label sets', async (t) => {
  const folder = await changed('glad', 'config.json', (json) => json.replaceAll('"positive"', '"glad"'));
  await refused(t, ['distill', 'runs/teacher/model', corpus, '--from', folder, '--steps', '1', '--out', 'out/run'], /^retort: the corpus has the label positive, but runs\/glad knows only mixed, negative, glad; /m);
  await refused(t, distil('runs/teacher/model', folder), /^retort: runs\/teacher\/model answers mixed, negative, positive \(single-label\), runs\/glad mixed, negative, glad \(single-label\): teachers that speak together must know the same classes\n$/m);
});

test.serial('an unknown label, in the corpus and in a file of answers', async (t) => {
  await cp(place.path(corpus), place.path('runs/strange'), { recursive: true });
  const file = place.path('runs/strange/train.tsv');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/\tmixed\n/, '\tstrange\n'));
  await refused(t, ['distill', 'runs/teacher/model', 'runs/strange', '--size', '1x16:2', '--steps', '1', '--out', 'out/run'], /^retort: runs\/strange has the label strange, but runs\/teacher\/model knows only mixed, negative, positive; let the labels of the corpus and id2label in runs\/teacher\/model\/config\.json use the same names\n$/m);
  await writeFile(place.path('runs/answers.jsonl'), '{"id": "train-2", "label": "strange"}\n');
  await refused(t, ['label', '--from', 'runs/answers.jsonl', corpus, '--out', 'out/labels'], /^retort: runs\/answers\.jsonl:1: example train-2: label "strange" is none of the known labels: mixed, negative, positive\n$/m);
});

test.serial('files that were cut short: weights, shards, headers, answers', async (t) => {
  const cut = async (path: string, length: number) => writeFile(place.path(path), (await readFile(place.path(path))).subarray(0, length));
  await cp(place.path('runs/teacher/model'), place.path('runs/cut'), { recursive: true });
  await cut('runs/cut/model.safetensors', 5000);
  await refused(t, ['label', 'runs/cut', corpus, '--out', 'out/labels'], /^retort: runs\/cut\/model\.safetensors: the tensors need \d+ bytes, but only \d+ follow the header\. The file was cut short\n$/m);
  await cp(place.path(await store()), place.path('runs/cut-labels'), { recursive: true });
  await cut('runs/cut-labels/shard-00000.arrow', 700);
  await refused(t, distil('runs/cut-labels'), /^retort: runs\/cut-labels\/shard-00000\.arrow: the checksum is not the one in the store's header: the file was changed or damaged\. Delete it and label again\n$/m);
  await cut('runs/cut-labels/header.json', 100);
  await refused(t, distil('runs/cut-labels'), /^retort: runs\/cut-labels\/header\.json:\d+:\d+: not valid JSON: the text ends too early\n$/m);
  await writeFile(place.path('runs/cut.jsonl'), '{"id": "train-2", "label": "mixed"}\n{"id": "train-3", "la');
  await refused(t, ['label', '--from', 'runs/cut.jsonl', corpus, '--out', 'out/labels'], /^retort: runs\/cut\.jsonl:2:\d+: not valid JSON: /m);
  await writeFile(place.path('runs/latin.jsonl'), Buffer.from('{"id": "train-2", "label": "fran\xe7ais"}\n', 'latin1'));
  await refused(t, ['label', '--from', 'runs/latin.jsonl', corpus, '--out', 'out/labels'], /^retort: runs\/latin\.jsonl:1: not valid UTF-8; save the file as UTF-8/m);
});

test.serial('a pickle that asks for more than tensors, and an ONNX file that is none', async (t) => {
  const evil = place.path('runs/evil');
  await mkdir(evil);
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) await cp(place.path('runs/teacher/model', file), join(evil, file));
  await writeFile(join(evil, 'pytorch_model.bin'), archive(program(dict([text('w'), call(named('os', 'system'), text(`touch ${place.path('runs/owned')}`))]))));
  await refused(t, ['label', 'runs/evil', corpus, '--out', 'out/labels'], /^retort: runs\/evil\/pytorch_model\.bin: the pickle asks for os\.system, which builds no plain tensor: it is refused, and nothing of it was run\. /m);
  t.false(existsSync(place.path('runs/owned')));
  await writeFile(join(evil, 'model.onnx'), 'no graph');
  await refused(t, ['label', 'runs/evil', corpus, '--onnx', '--out', 'out/labels'], /^retort: runs\/evil\/model\.onnx: ONNX Runtime cannot load it: /m);
});

test.serial('wrong use of teachers is code 2', async (t) => {
  await refused(t, ['label', 'runs/teacher/model'], /^error: missing required argument 'corpus'\n/m, 2);
  await refused(t, ['distill', corpus], /^error: missing required argument 'corpus'\n/m, 2);
  await refused(t, ['label', '--from', 'x.jsonl', 'runs/teacher/model', corpus], /^error: with --from, give nothing but a corpus\n/m, 2);
});

/** Starts a command and stops it in its tracks once it holds the lock of a folder below `root`: it must not be done before a second one asks. */
async function holding(t: ExecutionContext, root: string, words: readonly string[]) {
  const running = place.start(...words);
  const isHeld = async () => existsSync(place.path(root)) && (await readdir(place.path(root), { recursive: true })).some((name) => name.split(/[\\/]/).at(-1) === '.lock');
  while (running.process.exitCode === null && !(await isHeld())) await sleep(2);
  running.process.kill('SIGSTOP');
  t.teardown(() => running.process.kill('SIGKILL'));
  return running;
}

test.serial('a second process while the first one labels: it says who is at work, and the first one ends well', async (t) => {
  const words = ['label', 'runs/teacher/model', corpus, '--hidden', '0,1', '--shard-rows', '1', '--out', 'second/labels'];
  const first = await holding(t, 'second/labels', words);
  const second = await place.retort(...words);
  t.is(second.code, 1, second.stderr);
  t.regex(second.stderr, new RegExp(`^retort: second/labels/\\w+: another process \\(number ${first.process.pid}, since \\S+\\) is writing here; wait until it is done, or give another folder\\n$`, 'm'));
  first.process.kill('SIGCONT');
  const { code, stderr } = await first.finished;
  t.is(code, 0, stderr);
  const third = await place.retort(...words);
  t.regex(third.stdout, /all of them stored before/);
  t.deepEqual((await readdir(place.path('second/labels'), { recursive: true })).filter((name) => name.includes('.lock')), []);
});

test.serial('a second process while the first one trains into the same run', async (t) => {
  const words = ['train', corpus, '--size', '1x32:2', '--vocabulary', '300', '--steps', '200', '--rows', '16', '--out', 'second/run'];
  const first = await holding(t, 'second/run', words);
  const second = await place.retort(...words);
  t.is(second.code, 1, second.stderr);
  t.regex(second.stderr, new RegExp(`^retort: second/run: another process \\(number ${first.process.pid}, since \\S+\\) is writing here; `, 'm'));
  first.process.kill('SIGKILL');
  await first.finished;
  const rest = await place.retort(...words.map((word) => (word === '200' ? '3' : word)));
  t.is(rest.code, 0, rest.stderr);
});
