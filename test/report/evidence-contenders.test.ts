import test from 'ava';
import { contendersOf } from '../../src/report/evidence-contenders.ts';
import { recordedRun } from './recorded-run.ts';

/** [N] all right but every n-th. */
const but = (every: number, count = 200) => Array.from({ length: count }, (_, i) => i % every !== 0);
const runs = [
  recordedRun({ student: 'fresh', arm: 'pkd', right: but(3) }),
  ...[2, 1].map((seed) => recordedRun({ arm: 'pkd', seed, right: but(10) })),
  ...[1, 2, 3].map((seed) => recordedRun({ seed, right: but(5) })),
  recordedRun({ student: 'teacher', arm: 'teacher', right: but(20) }),
];

test('teachers first, the baseline before the other arms, seeds in order', (t) => {
  const found = contendersOf(runs, 'fine-tuning');
  t.deepEqual(found.map(({ student, arm, runs: own }) => [student, arm, own.map(({ seed }) => seed).join()]), [['teacher', 'teacher', '1'], ['cut', 'fine-tuning', '1,2,3'], ['cut', 'pkd', '1,2'], ['fresh', 'pkd', '1']]);
});

test('differences are of the seeds that both have, example by example', (t) => {
  const [teacher, baseline, pkd, fresh] = contendersOf(runs, 'fine-tuning').map(({ tests }) => tests[0]!);
  t.deepEqual([teacher?.difference, baseline?.difference, fresh?.difference], [undefined, undefined, undefined]);
  t.is(pkd?.difference?.mean.toFixed(9), '0.100000000');
  const [low = NaN, high = NaN] = pkd?.difference?.interval ?? [];
  t.true(low > 0.03 && low < 0.1 && high > 0.1 && high < 0.2, `${low} ${high}`);
});

test('what is kept counts from chance; a teacher keeps nothing of itself', (t) => {
  const [teacher, baseline] = contendersOf(runs, 'fine-tuning').map(({ tests }) => tests[0]!);
  t.is(teacher?.kept, undefined);
  t.is(baseline?.kept?.toFixed(9), ((0.8 - 0.5) / (0.95 - 0.5)).toFixed(9));
  t.is(baseline?.fidelity.agreement?.mean, 0.75);
});

test('without the answers, the interval is that of Student over seeds', (t) => {
  const scored = (seed: number, arm: string, pearson: number) => {
    const run = recordedRun({ seed, arm });
    return { ...run, tests: [{ name: 'dev', sha256: 'f'.repeat(64), examples: 4, metric: 'pearson' as const, scores: { pearson }, chance: 0 }] };
  };
  const found = contendersOf([scored(1, 'fine-tuning', 0.7), scored(2, 'fine-tuning', 0.72), scored(1, 'pkd', 0.75), scored(2, 'pkd', 0.79)], 'fine-tuning');
  const { mean, interval } = found[1]!.tests[0]!.difference!;
  t.deepEqual([mean, ...(interval ?? [])].map((value) => value.toFixed(4)), ['0.0600', '-0.0671', '0.1871']);
});

test('runs on other test examples do not stand in one table', (t) => {
  const other = recordedRun({ arm: 'pkd' });
  t.throws(() => contendersOf([recordedRun(), { ...other, tests: [{ ...other.tests[0]!, sha256: '0'.repeat(64) }] }], 'fine-tuning'), { message: /trial: runs that were tested on different examples .*cut fine-tuning, seed 1 on dev by accuracy \(ffffffffffff\), cut pkd, seed 1 on dev by accuracy \(000000000000\)/ });
});
