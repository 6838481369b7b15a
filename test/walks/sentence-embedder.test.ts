// An embedder from an embedder, end to end on a tiny one: every way of matching is trained and scored, saved as a folder that transformers.js embeds with
// as this engine does, and run again does nothing twice.
import { mkdir, writeFile } from 'node:fs/promises';
import { env, pipeline } from '@huggingface/transformers';
import test from 'ava';
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
  const embed = await pipeline<'feature-extraction'>('feature-extraction', place.path(folders[0] ?? ''), { dtype: 'fp32', device: 'cpu', local_files_only: true });
  const { dims } = await embed('the soup was good', { pooling: 'mean' });
  await embed.dispose();
  t.deepEqual(dims, [1, 16]);

  const again = await run();
  t.is(again.code, 0, again.stderr);
  t.is(again.stdout.match(/done before, reused/g)?.length, 3, again.stdout);
});

test.serial('layers that are not there: one sentence', async (t) => {
  const none = await run('layers=[7]');
  t.is(none.code, 1);
  t.regex(none.stderr, /^retort: layers \[7\] cannot be cut from a teacher whose layers run from 0 to 1$/m);
});
