import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkSubmission, submissionFiles, submissionText, writeSubmission } from '../../src/evaluate/glue-submission.ts';
import { glueTask, glueTasks } from '../../src/text/glue.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const rowsOf = (name: string): number => submissionFiles.find((file) => file.name === name)?.examples ?? 0;
/** Logits of one class after the other, over and over. */
const inTurn = (examples: number, classes: number) => Float32Array.from({ length: examples * classes }, (_, at) => (at % classes === Math.floor(at / classes) % classes ? 1 : 0));
const linesOf = (name: string, labels: readonly string[]) => submissionText(name, { logits: inTurn(rowsOf(name), labels.length), labels }).split('\n');

test('the eleven files of the server, the sizes of its test splits, and every test split there is', (t) => {
  t.deepEqual(submissionFiles.map(({ name, examples }) => [name, examples]), [
    ['CoLA', 1063], ['SST-2', 1821], ['MRPC', 1725], ['STS-B', 1379], ['QQP', 390_965], ['MNLI-m', 9796], ['MNLI-mm', 9847], ['QNLI', 5463], ['RTE', 3000], ['WNLI', 146], ['AX', 1104],
  ]);
  const splits = glueTasks.flatMap(({ name, files }) => Object.keys(files).filter((split) => split.startsWith('test')).map((split) => `${name} ${split}`));
  t.deepEqual(submissionFiles.flatMap(({ task, split }) => (split === undefined ? [] : [`${task} ${split}`])).sort(), splits.sort());
});

const written: Record<string, readonly string[]> = {
  CoLA: ['0', '1'], 'SST-2': ['0', '1'], MRPC: ['0', '1'], QQP: ['0', '1'], WNLI: ['0', '1'],
  QNLI: ['entailment', 'not_entailment'], RTE: ['entailment', 'not_entailment'],
  'MNLI-m': ['entailment', 'neutral', 'contradiction'], 'MNLI-mm': ['entailment', 'neutral', 'contradiction'], AX: ['entailment', 'neutral', 'contradiction'],
};
for (const [name, words] of Object.entries(written)) {
  test(`${name}.tsv writes ${words.join(', ')}, every row and its index`, (t) => {
    const { labels } = glueTask(submissionFiles.find((file) => file.name === name)?.task ?? '');
    const names = 'names' in labels ? labels.names : [];
    const lines = linesOf(name, names);
    t.deepEqual(lines.slice(0, 4), ['index\tprediction', ...[0, 1, 2].map((index) => `${index}\t${words[index % words.length]}`)]);
    t.deepEqual(lines.slice(-2), [`${rowsOf(name) - 1}\t${words[(rowsOf(name) - 1) % words.length]}`, '']);
    t.is(lines.length, rowsOf(name) + 2);
  });
}

test('classes in the model\'s own order are matched by name', (t) => {
  const [, first, second, third] = linesOf('AX', ['neutral', 'contradiction', 'entailment']);
  t.deepEqual([first, second, third], ['0\tneutral', '1\tcontradiction', '2\tentailment']);
  t.deepEqual(linesOf('SST-2', ['positive', 'negative']).slice(1, 3), ['0\t1', '1\t0']);
});

test('scores of STS-B stay within 0 and 5', (t) => {
  const logits = new Float32Array(1379).fill(2.5);
  logits.set([-0.25, 5.5, 3.125, 1e-9]);
  const lines = submissionText('STS-B', { logits, labels: ['score'] }).split('\n');
  t.deepEqual(lines.slice(0, 6), ['index\tprediction', '0\t0.000000', '1\t5.000000', '2\t3.125000', '3\t0.000000', '4\t2.500000']);
  t.throws(() => submissionText('STS-B', { logits: logits.fill(NaN), labels: ['score'] }), { message: 'the answer to example 0 is NaN: the model diverged' });
});

test('what the server would refuse is refused here', (t) => {
  const text = (name: string, examples: number, labels: readonly string[]) => submissionText(name, { logits: inTurn(examples, labels.length), labels });
  t.throws(() => text('RTE', 2999, ['entailment', 'not_entailment']), { message: 'RTE.tsv wants 3000 predictions, one for each row of the test split, not 2999' });
  t.throws(() => text('RTE', 3000, ['LABEL_0', 'LABEL_1']), { message: 'RTE.tsv wants the classes entailment, not_entailment, but the model answers LABEL_0, LABEL_1; name its classes so (id2label in config.json)' });
  t.throws(() => text('MNLI-m', 9796, ['entailment', 'not_entailment']), { message: /^MNLI-m\.tsv wants the classes entailment, neutral, contradiction/ });
  t.throws(() => text('RTE', 3000, ['entailment', 'entailment']), { message: /but the model answers entailment, entailment/ });
  t.throws(() => text('RTE', 3000, ['entailment', 'not_entailment', 'entailment']), { message: /^RTE\.tsv wants the classes/ });
  t.throws(() => checkSubmission('STS-B', { examples: 1379, labels: ['a', 'b'] }), { message: 'STS-B.tsv wants a score, but the model answers a, b' });
  t.throws(() => text('MNLI', 1, ['a']), { message: /^GLUE takes no file "MNLI"; it takes CoLA, SST-2, .* AX$/ });
});

test('a file is written whole, and a refusal leaves the one before', async (t) => {
  const folder = join(await temporaryFolder(t), 'submission');
  const labels = ['not_entailment', 'entailment'];
  t.is(await writeSubmission(folder, 'WNLI', { logits: inTurn(146, 2), labels }), join(folder, 'WNLI.tsv'));
  const text = await readFile(join(folder, 'WNLI.tsv'), 'utf8');
  t.is(text, submissionText('WNLI', { logits: inTurn(146, 2), labels }));
  await t.throwsAsync(writeSubmission(folder, 'WNLI', { logits: inTurn(145, 2), labels }));
  t.is(await readFile(join(folder, 'WNLI.tsv'), 'utf8'), text);
  t.deepEqual(await readdir(folder), ['WNLI.tsv']);
});
