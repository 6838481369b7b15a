// The rows are invented; only the columns are GLUE's.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { countClasses } from '../../src/text/class-balance.ts';
import { encodeLabels } from '../../src/text/encoded-labels.ts';
import { devSplits, glueTask, glueTasks, openGlue, streamGlue } from '../../src/text/glue.ts';
import { gather } from '../../src/text/streamed-corpus.ts';

const folder = await mkdtemp(join(tmpdir(), 'retort-glue-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

const mnliColumns = 'index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2';
const stsColumns = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2';
const samples: { file: string; content: string; task: string; split: string; expected: { text: string; pair?: string; label?: string | number } }[] = [
  { file: 'CoLA/train.tsv', content: 'me\t0\t*\tKettle the sings.\n', task: 'cola', split: 'train', expected: { text: 'Kettle the sings.', label: 'unacceptable' } },
  { file: 'CoLA/dev.tsv', content: 'me\t1\t\tThe kettle sings.\n', task: 'CoLA', split: 'dev', expected: { text: 'The kettle sings.', label: 'acceptable' } },
  { file: 'CoLA/test.tsv', content: 'index\tsentence\n0\tKettles sing.\n', task: 'CoLA', split: 'test', expected: { text: 'Kettles sing.' } },
  { file: 'SST-2/dev.tsv', content: 'sentence\tlabel\na warm kettle \t1\n', task: 'sst2', split: 'dev', expected: { text: 'a warm kettle ', label: 'positive' } },
  { file: 'SST-2/test.tsv', content: 'index\tsentence\n0\ta cold kettle\n', task: 'SST-2', split: 'test', expected: { text: 'a cold kettle' } },
  {
    file: 'MRPC/train.tsv',
    content: '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\tHe said, "tea.\tTea," he said.\n',
    task: 'mrpc',
    split: 'train',
    expected: { text: 'He said, "tea.', pair: 'Tea," he said.', label: 'equivalent' },
  },
  {
    file: 'QQP/dev.tsv',
    content: 'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy tea?\n4\t5\t6\tIs it tea?\tIs tea it?\t0\n',
    task: 'qqp',
    split: 'dev',
    expected: { text: 'Is it tea?', pair: 'Is tea it?', label: 'not_duplicate' },
  },
  {
    file: 'STS-B/dev.tsv',
    content: `${stsColumns}\tscore\n0\tg\tf\t2030\t1\tn\tn\tTea boils.\tTea is hot.\t3.200\n`,
    task: 'stsb',
    split: 'dev',
    expected: { text: 'Tea boils.', pair: 'Tea is hot.', label: 3.2 },
  },
  {
    file: 'MNLI/train.tsv',
    content: `${mnliColumns}\tlabel1\tgold_label\n0\tp\tq\tg\t(\t(\t(\t(\tIt rains.\tIt is dry.\tneutral\tcontradiction\n`,
    task: 'mnli',
    split: 'train',
    expected: { text: 'It rains.', pair: 'It is dry.', label: 'contradiction' },
  },
  {
    file: 'MNLI/dev_mismatched.tsv',
    content: `${mnliColumns}\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n0\tp\tq\tg\t(\t(\t(\t(\tIt rains.\tIt is wet.\te\te\te\te\te\tentailment\n`,
    task: 'MNLI',
    split: 'dev-mismatched',
    expected: { text: 'It rains.', pair: 'It is wet.', label: 'entailment' },
  },
  {
    file: 'QNLI/dev.tsv',
    content: 'index\tquestion\tsentence\tlabel\n0\tWhere is tea?\tTea "is here.\tentailment\n',
    task: 'qnli',
    split: 'dev',
    expected: { text: 'Where is tea?', pair: 'Tea "is here.', label: 'entailment' },
  },
  {
    file: 'RTE/train.tsv',
    content: 'index\tsentence1\tsentence2\tlabel\n0\tTea is here.\tTea is away.\tnot_entailment\n',
    task: 'rte',
    split: 'train',
    expected: { text: 'Tea is here.', pair: 'Tea is away.', label: 'not_entailment' },
  },
  {
    file: 'WNLI/dev.tsv',
    content: 'index\tsentence1\tsentence2\tlabel\n0\tThe cup held the tea.\tThe cup held.\t1\n',
    task: 'wnli',
    split: 'dev',
    expected: { text: 'The cup held the tea.', pair: 'The cup held.', label: 'entailment' },
  },
];
test.before(async () => {
  for (const { file, content } of samples) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), content);
  }
});

for (const { file, task, split, expected } of samples) {
  test(`reads ${file}`, async (t) => {
    const corpus = await openGlue(folder, task, split);
    t.is(corpus.examples.length, 1);
    t.like(corpus.examples[0], expected);
    t.is('label' in (corpus.examples[0] ?? {}), 'label' in expected);
    t.is(corpus.name, glueTask(task).name);
    t.is(corpus.skipped, file === 'QQP/dev.tsv' ? 1 : 0);
    t.deepEqual(corpus.labels, split === 'test' ? undefined : glueTask(task).labels);
  });
}

test('the folder of the task itself serves as well', async (t) => {
  const corpus = await openGlue(join(folder, 'RTE'), 'RTE', 'train');
  t.deepEqual(corpus.examples.map(({ id }) => id), ['train-2']);
});

test('the order of labels is the one published heads have', (t) => {
  const names = Object.fromEntries(glueTasks.map(({ name, labels }) => [name, labels.kind === 'regression' ? [] : labels.names]));
  t.deepEqual(names, {
    CoLA: ['unacceptable', 'acceptable'],
    'SST-2': ['negative', 'positive'],
    MRPC: ['not_equivalent', 'equivalent'],
    QQP: ['not_duplicate', 'duplicate'],
    'STS-B': [],
    MNLI: ['entailment', 'neutral', 'contradiction'],
    QNLI: ['entailment', 'not_entailment'],
    RTE: ['entailment', 'not_entailment'],
    WNLI: ['not_entailment', 'entailment'],
  });
});

test('MNLI is scored on two splits, the others on one', (t) => {
  t.deepEqual(devSplits(glueTask('mnli')), ['dev-matched', 'dev-mismatched']);
  t.deepEqual(devSplits(glueTask('cola')), ['dev']);
});

test('wrong tasks, splits, folders and labels are refused', async (t) => {
  t.throws(() => glueTask('sst-3'), { message: /no GLUE task "sst-3"; the tasks are CoLA, SST-2, MRPC/ });
  await t.throwsAsync(openGlue(folder, 'MNLI', 'dev'), { message: /MNLI has no split "dev"; it has train, dev-matched, dev-mismatched/ });
  await t.throwsAsync(openGlue(folder, 'CoLA', 'constructor'), { message: /no split "constructor"/ });
  await t.throwsAsync(openGlue(folder, 'RTE', 'dev'), { message: /no GLUE file at .*RTE.dev\.tsv or .*dev\.tsv/ });
  const other = join(folder, 'other');
  await mkdir(other);
  await writeFile(join(other, 'dev.tsv'), 'sentence\tlabel\nfine\t2\n');
  await t.throwsAsync(openGlue(other, 'SST-2', 'dev'), { message: /dev\.tsv:2: label "2" is none of the known labels: 0, 1/ });
});

test('one split streams with the fingerprint it has in memory', async (t) => {
  for (const { task, split } of samples) {
    const [streamed, gathered] = [await streamGlue(folder, task, split), await openGlue(folder, task, split)];
    t.deepEqual((await gather(streamed)).examples, gathered.examples);
    t.like(streamed, { fingerprint: gathered.fingerprint, size: 1, name: gathered.name, split, skipped: gathered.skipped, labels: gathered.labels });
  }
});

test('both dev splits of MNLI are read, each with ids of its own', async (t) => {
  const columns = `${mnliColumns}\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n`;
  const row = (text: string, label: string) => `0\tp\tq\tg\t(\t(\t(\t(\t${text}\tIt is wet.\te\te\te\te\te\t${label}\n`;
  const mnli = join(folder, 'both', 'MNLI');
  await mkdir(mnli, { recursive: true });
  await writeFile(join(mnli, 'dev_matched.tsv'), columns + row('Rain "falls.', 'neutral'));
  await writeFile(join(mnli, 'dev_mismatched.tsv'), columns + row('Rain fell.', 'entailment'));
  const [matched, mismatched] = await Promise.all(devSplits(glueTask('mnli')).map((split) => openGlue(mnli, 'MNLI', split)));
  t.deepEqual(matched?.examples, [{ id: 'dev-matched-2', text: 'Rain "falls.', pair: 'It is wet.', label: 'neutral' }]);
  t.deepEqual(mismatched?.examples, [{ id: 'dev-mismatched-2', text: 'Rain fell.', pair: 'It is wet.', label: 'entailment' }]);
});

// Examples, and the examples of each class, or the mean of the scores, of copies as distributed; lines left out of QQP's own.
const distributed: { task: string; split: string; examples: number; counts?: number[]; mean?: number; folder?: string }[] = [
  { task: 'CoLA', split: 'train', examples: 8551, counts: [2528, 6023] },
  { task: 'CoLA', split: 'dev', examples: 1043, counts: [322, 721] },
  { task: 'CoLA', split: 'test', examples: 1063 },
  { task: 'SST-2', split: 'train', examples: 67_349, counts: [29_780, 37_569] },
  { task: 'SST-2', split: 'dev', examples: 872, counts: [428, 444] },
  { task: 'MRPC', split: 'train', examples: 3668, counts: [1194, 2474] },
  { task: 'MRPC', split: 'dev', examples: 408, counts: [129, 279] },
  { task: 'MRPC', split: 'test', examples: 1725 },
  { task: 'QQP', split: 'train', examples: 20_492, counts: [12_782, 7710], folder: 'QQP-subset' },
  { task: 'QQP', split: 'dev', examples: 3004, counts: [1967, 1037], folder: 'QQP-subset' },
  { task: 'STS-B', split: 'train', examples: 5749, mean: 2.701 },
  { task: 'STS-B', split: 'dev', examples: 1500, mean: 2.364 },
  { task: 'STS-B', split: 'test', examples: 1379 },
  { task: 'QNLI', split: 'dev', examples: 5463, counts: [2702, 2761] },
  { task: 'QNLI', split: 'test', examples: 5463 },
  { task: 'WNLI', split: 'train', examples: 635, counts: [323, 312] },
  { task: 'WNLI', split: 'dev', examples: 71, counts: [40, 31] },
  { task: 'WNLI', split: 'test', examples: 146 },
];
const copies = process.env.RETORT_GLUE;
for (const { task, split, examples, counts, mean, folder: own } of distributed) {
  (copies === undefined ? test.skip : test)(`the distributed ${task}, ${split} (RETORT_GLUE names the folder of the copies)`, async (t) => {
    const corpus = await openGlue(join(copies ?? '', own ?? ''), task, split);
    const labels = corpus.labels && encodeLabels(corpus.examples, corpus.labels);
    t.is(corpus.examples.length, examples);
    t.is(corpus.skipped, 0);
    if (counts !== undefined) t.deepEqual(labels && countClasses(labels)?.counts, counts);
    if (mean !== undefined && labels?.kind === 'regression') t.is(Number((labels.scores.reduce((sum, score) => sum + score, 0) / examples).toFixed(3)), mean);
    t.true(corpus.examples.every(({ text, pair }) => text.trim() !== '' && pair?.trim() !== ''));
    t.is(corpus.examples.some(({ pair }) => pair !== undefined), !['CoLA', 'SST-2'].includes(task));
  });
}
