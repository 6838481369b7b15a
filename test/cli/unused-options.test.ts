import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Command } from 'commander';
import { addDistill } from '../../src/cli/commands/distill.ts';
import { addEvaluate } from '../../src/cli/commands/evaluate.ts';
import { addExport } from '../../src/cli/commands/export.ts';
import { addLabel } from '../../src/cli/commands/label.ts';
import { addPredict } from '../../src/cli/commands/predict.ts';
import { addTrain } from '../../src/cli/commands/train.ts';
import { refuseOptions } from '../../src/cli/unused-options.ts';
import { ask, type Bench, openBench } from './in-process.ts';

let bench: Bench;
test.before(async () => {
  bench = await openBench();
});
test.after.always(() => bench.remove());

test('only what was typed is refused, not a default', (t) => {
  const command = (...words: string[]) => new Command().exitOverride().configureOutput({ writeErr: () => undefined }).option('--mean <kind>', '', 'plain').option('--no-header').option('--id <x>').parse(words, { from: 'user' });
  const refuse = (...words: string[]) => refuseOptions(command(...words), ['mean', 'header', 'id'], 'it is no use');
  t.notThrows(() => refuse());
  t.throws(() => refuse('--no-header', '--mean', 'plain'), { message: 'error: --mean, --no-header: it is no use' });
});

test('an option that would change nothing is wrong use, and named', async (t) => {
  const [model, corpus] = [bench.classifier, bench.corpus];
  const file = join(corpus, 'dev.tsv');
  const out = ['--out', join(bench.folder, 'never')];
  const cases: readonly (readonly [Parameters<typeof ask>[0], string[], RegExp])[] = [
    [addTrain, ['train', corpus, '--from', model, '--vocabulary', '90', ...out], /--vocabulary: --from brings/],
    [addTrain, ['train', corpus, '--size', '1x16', '--min-improvement', '0.1', ...out], /--min-improvement: it says what --patience waits for/],
    [addTrain, ['train', corpus, '--task', 'SST-2', '--size', '1x16', '--text', 'a', '--label-kind', 'regression', ...out], /--text, --label-kind: the columns of SST-2 are known/],
    [addDistill, ['distill', model, corpus, '--layers', '0', '--vocabulary', '90', ...out], /--vocabulary: only a fresh student/],
    [addDistill, ['distill', model, corpus, '--size', '1x16', '--heads', '1', ...out], /--heads: only a student cut from its teacher/],
    [addDistill, ['distill', model, corpus, '--layers', '0', '--importance', 'magnitudes', ...out], /--importance: it says by what --heads and --feed-forward choose/],
    [addDistill, ['distill', model, corpus, '--layers', '0', '--hard-weight', '0', '--class-weights', 'balanced', ...out], /--class-weights: they weigh the loss on labels/],
    [addDistill, ['distill', model, corpus, '--layers', '0', '--mean', 'geometric', ...out], /--mean: there is only one teacher/],
    [addDistill, ['distill', model, corpus, '--layers', '0', '--abstain', 'unsure', '--allow-missing', ...out], /--abstain, --allow-missing: they are about files of answers/],
    [addLabel, ['label', '--from', 'a.jsonl', corpus, '--cls', '1', '--max-tokens', '9'], /--max-tokens, --cls: answers of another system|--cls, --max-tokens: answers of another system/],
    [addLabel, ['label', model, file, '--label', 'label', '--transfer', file], /one file of text/],
    [addLabel, ['label', model, file, '--label-kind', 'regression'], /--label-kind: no labels are read/],
    [addEvaluate, ['evaluate', model, corpus, '--task', 'SST-2', '--label', 'x'], /--label: the columns of SST-2 are known/],
    [addPredict, ['predict', model, corpus, '--submission', 'SST-2', '--text', 'x'], /--text: the columns of SST-2's test split are known/],
    [addExport, ['export', model, '--max-tokens', '9'], /--max-tokens: they are about the texts of --check/],
  ];
  for (const [add, words, said] of cases) {
    const error = await t.throwsAsync(ask(add, ...words), undefined, words.join(' '));
    t.is(error?.name, 'CommanderError', `${words.join(' ')}: ${error?.message}`);
    t.regex(error?.message ?? '', said);
  }
});

test('what a file\'s format does not have, and a split of a single file, are refused in words', async (t) => {
  const lines = join(bench.folder, 'lines.txt');
  await writeFile(lines, 'one\ntwo\n');
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, lines, '--text', 'a', '--no-header'), { message: /^--text, --no-header: \S+lines\.txt is plain lines, each of them a text; leave that away/ });
  await t.throwsAsync(ask(addPredict, 'predict', bench.classifier, join(bench.corpus, 'dev.tsv'), '--delimiter', ';'), { message: /^--delimiter: \S+dev\.tsv is a TSV/ });
  await t.throwsAsync(ask(addEvaluate, 'evaluate', bench.classifier, join(bench.corpus, 'dev.tsv'), '--split', 'test'), { message: /^--split test: \S+dev\.tsv is one file already; give its folder/ });
  await t.throwsAsync(ask(addDistill, 'distill', bench.classifier, bench.corpus, '--layers', '0', '--pair', 'id', '--transfer', lines, '--out', join(bench.folder, 'never')), { message: /lines\.txt: plain lines have no second text|transfer\.tsv/ });
});

test('of one file, as many examples are labelled as were asked for', async (t) => {
  const { answered: [labels] } = await ask(addLabel, 'label', bench.classifier, join(bench.corpus, 'dev.tsv'), '--examples', '7', '--out', join(bench.folder, 'seven'));
  t.is((labels as { examples: number }).examples, 7);
});
