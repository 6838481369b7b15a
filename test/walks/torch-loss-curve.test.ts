// A real run in both precisions: 200 steps on the opinions corpus, the same seed, weights and batches, no dropout. The log shows both
// curves; `npx ava test/walks/torch-loss-curve.test.ts` prints them.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readRunLog } from '../../src/report/run-log.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { torchTest } from '../engine/torch/built.ts';

torchTest('the loss curve in bf16 is that of fp32: smoothed, within 1 % at step 200', async (t) => {
  t.timeout(30 * 60_000);
  const folder = await temporaryFolder(t);
  /** The mean loss of every ten steps, as the run told it. */
  const curve = async (precision: string): Promise<number[]> => {
    const out = join(folder, precision);
    const words = ['train', resolve('corpora/opinions/sample'), '--size', '2x64', '--vocabulary', '1000', '--steps', '200', '--rows', '64', '--learning-rate', '5e-4', '--dropout', '0', '--seed', '1', '--engine', 'torch', '--precision', precision, '--out', out, '--cache', join(folder, 'tokens')];
    await promisify(execFile)(process.execPath, [resolve('dist/cli.js'), ...words]);
    return (await readRunLog(join(out, 'events.jsonl'))).flatMap((event) => (event.kind === 'step' ? [event.loss] : []));
  };
  const [single, half] = [await curve('fp32'), await curve('bf16')];
  t.deepEqual([single.length, half.length], [20, 20]);
  t.notDeepEqual(half, single, 'both computed in one precision');
  t.log('steps     fp32    bf16');
  for (const [i, loss] of single.entries()) t.log(`${`${10 * i + 1}-${10 * i + 10}`.padEnd(8)}  ${loss.toFixed(4)}  ${half[i]!.toFixed(4)}`);
  const atTheEnd = (losses: readonly number[]) => (losses[18]! + losses[19]!) / 2;
  const [expected, actual] = [atTheEnd(single), atTheEnd(half)];
  t.log(`181-200   ${expected.toFixed(4)}  ${actual.toFixed(4)}: ${((actual / expected - 1) * 100).toFixed(2)} % apart`);
  t.true(expected < single[0]!, `it learned nothing: ${single[0]} -> ${expected}`);
  t.true(Math.abs(actual / expected - 1) <= 0.01);
});
