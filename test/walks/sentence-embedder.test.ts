// An embedder from an embedder, end to end on a tiny one: every way of matching is trained and scored, saved as a folder that transformers.js embeds with
// as this engine does, and run again does nothing twice.
import { mkdir, writeFile } from 'node:fs/promises';
import { env, pipeline } from '@huggingface/transformers';
import test from 'ava';
import { useEngine } from '../../src/engine/engine.ts';
import { embeddingsOf } from '../../src/evaluate/sentence-similarity.ts';
import { loadModel } from '../../src/models/load.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
  const { code, stderr } = await place.retort('train', 'corpora/opinions/sample', '--size', '2x16:2', '--vocabulary', '300', '--steps', '1', '--out', 'runs/encoder');
  if (code !== 0) throw new Error(stderr);
  await mkdir(place.path('glue', 'STS-B'), { recursive: true });
  const words = ['good', 'bad', 'the soup', 'a lamp', 'was', 'never', 'dull'];
  const text = (row: number) => [0, 1, 2].map((word) => words[(row * (word + 2) + word) % words.length]).join(' ');
  for (const split of ['train', 'dev']) {
    const rows = Array.from({ length: 24 }, (_, row) => [row, text(row), text(row * 5 + 1), ((row * 7) % 11) / 2].join('\t'));
    await writeFile(place.path('glue', 'STS-B', `${split}.tsv`), `index\tsentence1\tsentence2\tscore\n${rows.join('\n')}\n`);
  }
});
test.after.always(() => place.remove());

const run = (...more: string[]) => place.retort('run', 'recipes/sentence-embedder.ts', ...['glue=glue', 'encoder=runs/encoder/model', 'layers=[1]', 'steps=4', 'rows=8', 'learningRate=1e-3', ...more].flatMap((one) => ['--set', one]));

test.serial('by squares, cosines and relations; then nothing twice', async (t) => {
  const { code, stderr, stdout } = await run();
  t.is(code, 0, stderr);
  t.regex(stdout, /24 pairs of STS-B's dev split\nteacher: Spearman -?0\.\d{4}, Pearson/);
  const folders = ['squares', 'cosine', 'rkd'].map((way) => new RegExp(`by ${way}, seed 1: Spearman -?\\d\\.\\d{4}, Pearson .*; (.*)\\n`).exec(stdout)?.[1]);
  t.true(folders.every((folder) => folder !== undefined), stdout);
  env.allowRemoteModels = false;
  const [text, folder] = ['the soup was good', place.path(folders[0] ?? '')];
  const embed = await pipeline<'feature-extraction'>('feature-extraction', folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
  const theirs = Array.from((await embed(text, { pooling: 'mean' })).data as Float32Array);
  await embed.dispose();
  await useEngine('wasm');
  const corpus = await encodeCorpus(makeCorpus([{ id: 'one', text }], { name: 'texts', split: 'test' }), await loadTokenizer(folder), { maxTokens: 32 });
  const ours = Array.from(await embeddingsOf((await loadModel(folder)).model, corpus));
  t.is(theirs.length, 16);
  t.true(Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] ?? NaN)))) < 1e-5);

  const again = await run();
  t.is(again.code, 0, again.stderr);
  t.is(again.stdout.match(/done before, reused/g)?.length, 3, again.stdout);
});

test.serial('layers that are not there: one sentence', async (t) => {
  const none = await run('layers=[7]');
  t.is(none.code, 1);
  t.regex(none.stderr, /^retort: layers \[7\] cannot be cut from a teacher whose layers run from 0 to 1$/m);
});
