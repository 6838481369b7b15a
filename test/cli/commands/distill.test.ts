import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addDistill } from '../../../src/cli/commands/distill.ts';
import { addLabel } from '../../../src/cli/commands/label.ts';
import { ask, type Bench, openBench } from '../in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

const out = (name: string) => ['--out', join(bench.folder, name), '--steps', '1', '--rows', '4'];

test('one student, no more and no less', async (t) => {
  for (const words of [[], ['--size', '1x16', '--layers', '0'], ['--size', '1x16', '--from', 'x']]) {
    const error = await t.throwsAsync(ask(addDistill, 'distill', 'teacher', 'corpus', ...words), { message: /one of --size LAYERSxWIDTH, --layers LIST and --from FOLDER/ });
    t.is(error?.name, 'CommanderError');
  }
});

test('layers the teacher has not are refused', async (t) => {
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0,2', ...out('beyond')), { message: /layers \[0, 2\] cannot be cut from a teacher whose layers run from 0 to 1/ });
});

test('a cut prints its map and ends with student and teacher', async (t) => {
  const { said, answered } = await ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '1', '--labels', join(bench.folder, 'labels'), ...out('cut'));
  t.regex(said[0] ?? '', /student +teacher\n.*\nembeddings +embeddings\nlayer 1 +layer 2/);
  const [{ evaluation }] = answered as [{ evaluation: { rows: { name: string; agreement?: { mean: number } }[] } }];
  t.deepEqual(evaluation.rows.map(({ name }) => name), ['student', 'teacher']);
  t.is(typeof evaluation.rows[0]?.agreement?.mean, 'number');
});

test('a label store of other text is refused with both sides; one that fits is read', async (t) => {
  const root = join(bench.folder, 'stores');
  const { answered } = await ask(addLabel, 'label', bench.classifier, bench.corpus, '--examples', '20', '--out', root);
  const [{ folder, examples }] = answered as [{ folder: string; examples: number }];
  t.is(examples, 40); // of training and of transfer text
  const distill = (...words: string[]) => ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0', '--labels', folder, ...words);
  await t.throwsAsync(distill('--examples', '21', ...out('other')), { message: /these labels do not fit[^]*corpus: stored "[0-9a-f]{64}", wanted "[0-9a-f]{64}"/ });
  await t.notThrowsAsync(distill('--examples', '20', ...out('same')));
  t.is((await readdir(root)).length, 2); // that one, and the teacher's on the test split
});

test('a student that cuts text differently reads with its own tokenizer; asked live, the teacher cannot', async (t) => {
  const student = join(bench.folder, 'foreign');
  await cp(bench.classifier, student, { recursive: true });
  const file = join(student, 'tokenizer.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"lowercase": true', '"lowercase": false'));
  const words = ['distill', bench.classifier, bench.corpus, '--from', student, '--labels', join(bench.folder, 'foreign-labels')];
  await t.notThrowsAsync(ask(addDistill, ...words, ...out('foreign-run')));
  await t.throwsAsync(ask(addDistill, ...words, '--live', ...out('foreign-live')), { message: /--live: the student and \S+ cut text differently \(their tokenizers have the fingerprints [0-9a-f]{12} and [0-9a-f]{12}\)/ });
});
