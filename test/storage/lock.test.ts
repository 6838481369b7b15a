import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { forgetDeadLock, lockFolder } from '../../src/storage/lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const held = (folder: string, change: object = {}) => writeFile(join(folder, '.lock'), JSON.stringify({ pid: process.pid, born: null, host: hostname(), token: 'other', since: '2026-01-01', ...change }));
const ownerOf = async (folder: string) => JSON.parse(await readFile(join(folder, '.lock'), 'utf8')) as { pid: number; token: string };

test('taken once, and again after it was released; nothing stays behind', async (t) => {
  const folder = join(await temporaryFolder(t), 'a', 'b');
  const lock = await lockFolder(folder);
  t.is((await ownerOf(folder)).pid, process.pid);
  await t.throwsAsync(lockFolder(folder), { message: new RegExp(`b: another process \\(number ${process.pid}, since 20\\S+\\) is writing here; wait until it is done, or give another folder$`) });
  t.deepEqual(await readdir(folder), ['.lock']);
  await lock.release();
  t.deepEqual(await readdir(folder), []);
  await (await lockFolder(folder)).release();
});

test('a killed process holds nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const code = `import { forgetDeadLock, lockFolder } from ${JSON.stringify(new URL('../../src/storage/lock.ts', import.meta.url).href)}; await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const { message } = await t.throwsAsync(lockFolder(folder));
  t.true(message.includes(`number ${child.pid}, `), message);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await (await lockFolder(folder)).release();
  t.deepEqual(await readdir(folder), []);
});

test('an owner whose number is another process now, and a lock that is none, hold nothing', async (t) => {
  const folder = await temporaryFolder(t);
  for (const change of [{ pid: 2 ** 30 }, { pid: 0 }, ...(process.platform === 'linux' ? [{ born: '1' }] : [])]) {
    await held(folder, change);
    await (await lockFolder(folder)).release();
  }
  await writeFile(join(folder, '.lock'), '');
  await (await lockFolder(folder)).release();
  t.deepEqual(await readdir(folder), []);
});

test('a lock of another machine holds while it is touched', async (t) => {
  const folder = await temporaryFolder(t);
  await held(folder, { host: 'elsewhere', pid: 7 });
  await t.throwsAsync(lockFolder(folder), { message: /a process on the machine elsewhere \(number 7, since 2026-01-01\) is writing here; wait until it is done\. If it is dead, delete .*\.lock$/ });
  const old = new Date(Date.now() - 11 * 60_000);
  await utimes(join(folder, '.lock'), old, old);
  await (await lockFolder(folder)).release();
});

test('whoever lost its lock does not take that of another', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockFolder(folder);
  await held(folder);
  await lock.release();
  t.is((await ownerOf(folder)).token, 'other');
});

test('of many that come at once over a dead lock, one gets it', async (t) => {
  const folder = await temporaryFolder(t);
  for (let round = 0; round < 10; round++) {
    await held(folder, { pid: 2 ** 30 });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    t.is(locks.length, 1);
    await locks[0]?.release();
    t.deepEqual(await readdir(folder), []);
  }
});

test('a dead lock is forgotten where nobody will lock again, a living one is not', async (t) => {
  const folder = await temporaryFolder(t);
  await t.notThrowsAsync(forgetDeadLock(join(folder, 'absent')));
  await held(folder, { pid: 2 ** 30 });
  await forgetDeadLock(folder);
  t.deepEqual(await readdir(folder), []);
  const lock = await lockFolder(folder);
  await forgetDeadLock(folder);
  t.deepEqual(await readdir(folder), ['.lock']);
  await lock.release();
  await held(folder, { host: 'elsewhere' });
  await forgetDeadLock(folder);
  t.deepEqual(await readdir(folder), ['.lock'], 'of another machine nothing is known');
});
