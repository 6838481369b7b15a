import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { evidenceOf, evidencePath, groupsOf, readEvidence, rightAnswers, sentenceCounts, writeEvidence } from '../../src/report/evidence-file.ts';
import { recordedRun } from './recorded-run.ts';
import { recordedTranslator } from './recorded-translator.ts';

let results: string;
test.beforeEach(async () => {
  results = await mkdtemp(join(tmpdir(), 'retort-evidence-'));
});
test.afterEach.always(() => rm(results, { recursive: true, force: true }));

test.serial('what is written comes back, under the name of student, arm and seed', async (t) => {
  const runs = [recordedRun(), recordedRun({ seed: 2 }), recordedRun({ student: 'teacher', arm: 'teacher' })];
  for (const run of runs) await writeEvidence(results, run);
  t.deepEqual(runs.map((run) => evidencePath(results, run).slice(results.length + 1)), ['trial/cut-fine-tuning-seed1.json', 'trial/cut-fine-tuning-seed2.json', 'trial/teacher-seed1.json']);
  t.deepEqual(await evidenceOf(results, 'trial'), runs);
  t.deepEqual(await evidenceOf(results, 'elsewhere'), []);
  t.is(await readEvidence(join(results, 'none.json')), undefined);
});

test.serial('six thousand answers and fifty losses fit into five kilobytes', async (t) => {
  const flags = Array.from({ length: 6000 }, (_, i) => i % 7 !== 0);
  const run = recordedRun({ right: flags, groupStarts: flags });
  const path = await writeEvidence(results, { ...run, losses: Array.from({ length: 50 }, (_, i) => Math.fround(1 / (i + 3))).map((loss) => Number(loss.toPrecision(9))) });
  const { size } = await stat(path);
  t.true(size < 5000, `${size} bytes`);
});

test.serial('a number that was changed by hand does not fit the answers', async (t) => {
  const path = await writeEvidence(results, recordedRun());
  await writeFile(path, (await readFile(path, 'utf8')).replace('"accuracy": 0.75', '"accuracy": 0.85'));
  await t.throwsAsync(readEvidence(path), { message: /seed1\.json: no evidence of a run \(tests\.0: accuracy is 0\.85, but 75\.00 % of the answers are right\); take it back/ });
  await writeFile(path, (await readFile(path, 'utf8')).replace('0.85', '0.75').replace('"seed": 1', '"seed": "one"'));
  await t.throwsAsync(readEvidence(path), { message: /seed: Invalid input: expected number/ });
});

test.serial('translators are recorded with the counts of their sentences, from which their BLEU follows', async (t) => {
  const run = recordedTranslator();
  const path = await writeEvidence(results, run);
  const read = await readEvidence(path);
  t.deepEqual(read, run);
  t.is(sentenceCounts(read!.tests[0]!)?.sentences, 60);
  t.is(sentenceCounts(recordedRun().tests[0]!), undefined);
  const refused = async (change: (tests: (typeof run)['tests']) => unknown, message: RegExp) => {
    await writeFile(path, JSON.stringify({ ...run, tests: change(run.tests) }));
    await t.throwsAsync(readEvidence(path), { message });
  };
  await refused(([greedy]) => [{ ...greedy, scores: { bleu: 99 } }], /tests\.0: BLEU is 99, but the counts of the sentences give \d/);
  await refused(([greedy]) => [{ ...greedy, examples: 61 }], /bleuCounts: these are not 366 counts/);
  await refused(([{ bleuCounts: _counts, ...greedy } = run.tests[0]!]) => [greedy], /the counts of the sentences are missing/);
});

test.serial('what could not be read again is not written', async (t) => {
  const run = recordedRun();
  await t.throwsAsync(writeEvidence(results, { ...run, minutes: NaN }), { message: /seed1\.json: this run cannot be recorded \(minutes: / });
  t.deepEqual(await evidenceOf(results, 'trial'), []);
});

test.serial('a file under another name is told', async (t) => {
  const path = await writeEvidence(results, recordedRun());
  await rename(path, path.replace('seed1', 'seed3'));
  await t.throwsAsync(evidenceOf(results, 'trial'), { message: /seed3\.json: its name is not that of the run in it \(trial, cut, fine-tuning, seed 1\)/ });
});

test('answers and groups are unpacked', (t) => {
  const [dev] = recordedRun({ right: [true, false, true], groupStarts: [true, false, true] }).tests;
  const [bare] = recordedRun().tests;
  t.deepEqual([rightAnswers(dev!), groupsOf(dev!)], [[true, false, true], [0, 0, 1]]);
  t.is(groupsOf(bare!), undefined);
  t.is(rightAnswers({ name: 'dev', sha256: 'f', examples: 4, metric: 'pearson', scores: { pearson: 0.5 } }), undefined);
});
