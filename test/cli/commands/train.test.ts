import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addTrain } from '../../../src/cli/commands/train.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

test('wrong use is said before anything is read', async (t) => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['nowhere'], /either --from FOLDER or --size/],
    [['nowhere', '--from', 'a', '--size', '1x16'], /either --from FOLDER or --size/],
    [['nowhere', '--size', '1x16', '--steps', 'many'], /argument 'many' is invalid. Wanted: a whole number from 1/],
    [['nowhere', '--size', '1x16', '--steps', '3', '--epochs', '2'], /cannot be used with option '--epochs/],
    [['nowhere', '--size', '1x16', '--warmup', '10'], /Wanted: a number from 0 to 1/],
    [['nowhere', '--size', '1x16', '--engine', 'steam'], /Allowed choices are auto, torch, wasm, tensorflow, webgpu/],
    [['nowhere', '--size', '1x16', '--metric', 'luck'], /Allowed choices are accuracy, f1, macroF1, matthews/],
  ];
  for (const [words, said] of wrong) {
    const error = await t.throwsAsync(ask(addTrain, 'train', ...words));
    t.is(error?.name, 'CommanderError', error?.message);
    t.regex(error?.message ?? '', said);
  }
});

test('a corpus that is none, a size that is none', async (t) => {
  const out = join(bench.folder, 'refused');
  await mkdir(join(bench.folder, 'empty'), { recursive: true });
  await t.throwsAsync(ask(addTrain, 'train', join(bench.folder, 'none'), '--size', '1x16', '--out', out), { message: /none: there is no such folder; a corpus is a folder with train\.tsv/ });
  await t.throwsAsync(ask(addTrain, 'train', join(bench.folder, 'empty'), '--size', '1x16', '--out', out), { message: /train\.tsv: there is no such file/ });
  await t.throwsAsync(ask(addTrain, 'train', bench.corpus, '--size', '2by16', '--out', out), { message: /'2by16' is not a model size/ });
  await t.throwsAsync(ask(addTrain, 'train', bench.corpus, '--from', bench.corpus, '--out', out), { message: /no config\.json in it; a model is a Hugging Face folder/ });
  await t.throwsAsync(access(out), undefined, 'a refused run leaves a folder');
});

test('from a classifier: its head is kept; from another task: the head is fresh, and said to be', async (t) => {
  const kept = await ask(addTrain, 'train', bench.corpus, '--from', bench.classifier, '--steps', '1', '--out', join(bench.folder, 'kept'));
  t.false(kept.noted.some((line) => line.includes('fresh head')));
  const two = await openBench({ labels: ['no', 'yes'] });
  const fresh = await ask(addTrain, 'train', bench.corpus, '--from', two.classifier, '--steps', '1', '--out', join(bench.folder, 'fresh'));
  t.true(fresh.noted.some((line) => line.startsWith('fresh head')), fresh.noted.join('\n'));
  await two.remove();
});

test('the same number of classes under other names is refused', async (t) => {
  const other = await openBench({ labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] });
  await t.throwsAsync(ask(addTrain, 'train', bench.corpus, '--from', other.classifier), { message: /has the label mixed, negative, positive, but .* knows only LABEL_0, LABEL_1, LABEL_2; let the labels/ });
  await other.remove();
});
