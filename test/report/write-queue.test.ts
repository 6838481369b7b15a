import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { openWriteQueue } from '../../src/report/write-queue.ts';

test('writes happen one after another, in order, and `written` waits for the last', async (t) => {
  const done: number[] = [];
  const queue = openWriteQueue('the list cannot be written');
  for (const [index, delay] of [20, 0, 5].entries()) queue.add(() => sleep(delay).then(() => void done.push(index)));
  t.deepEqual(done, []);
  await queue.written();
  t.deepEqual(done, [0, 1, 2]);
});

test('after a failure nothing is written, and the next call says so', async (t) => {
  const done: string[] = [];
  const queue = openWriteQueue('the list cannot be written');
  queue.add(() => Promise.reject(new Error('no space left')));
  queue.add(() => Promise.resolve(void done.push('late')));
  await sleep(1);
  t.throws(() => queue.add(() => Promise.resolve(void done.push('later'))), { message: 'the list cannot be written: no space left' });
  await t.throwsAsync(queue.written(), { message: 'the list cannot be written: no space left' });
  t.deepEqual(done, []);
});
