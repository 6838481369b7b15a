import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { appendLine, recoverFolder, removeStalePartials, writeFileAtomically, writeFolderAtomically } from '../../src/storage/atomic.ts';
import { temporaryFolder } from './temporary-folder.ts';

const atomicUrl = new URL('../../src/storage/atomic.ts', import.meta.url).href;

/** The id of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function makeFolder(path: string, text: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'weights'), text);
}

test('a file is written from text, bytes and pieces, over an old one and into a new folder', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'new', 'file');
  await writeFileAtomically(path, 'täxt');
  t.is(await readFile(path, 'utf8'), 'täxt');
  await writeFileAtomically(path, new Uint8Array([1, 2, 3]));
  t.deepEqual([...(await readFile(path))], [1, 2, 3]);
  await writeFileAtomically(path, [new Uint8Array([1]), new Uint8Array(), new Uint8Array([2, 3])]);
  t.deepEqual([...(await readFile(path))], [1, 2, 3]);
  async function* pieces() {
    yield new Uint8Array(3_000_000).fill(7);
    await Promise.resolve();
    yield new Uint8Array([8]);
  }
  await writeFileAtomically(path, pieces());
  const long = await readFile(path);
  t.is(long.length, 3_000_001);
  t.is(long.at(-2), 7);
  t.is(long.at(-1), 8);
  t.deepEqual(await readdir(join(folder, 'new')), ['file'], 'nothing else is left');
});

test('a file whose data fails half-way keeps its old content', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file');
  await writeFileAtomically(path, 'old');
  function* torn() {
    yield new Uint8Array(100);
    throw new Error('the source broke');
  }
  await t.throwsAsync(writeFileAtomically(path, torn()), { message: 'the source broke' });
  t.is(await readFile(path, 'utf8'), 'old');
  t.deepEqual(await readdir(folder), ['file']);
});

test('an error of the file system names the target', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'taken', 'inside'), { recursive: true });
  const error = await t.throwsAsync(writeFileAtomically(join(folder, 'taken'), 'text'));
  t.true(error.message.startsWith(`${join(folder, 'taken')}: cannot be written: `), error.message);
  t.truthy(error.cause);
  t.deepEqual(await readdir(folder), ['taken']);
});

test('a folder appears whole, replaces an old one whole, and leaves nothing beside it', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'runs', 'step-1');
  await writeFolderAtomically(path, async (temporary) => {
    await makeFolder(join(temporary, 'deep'), 'one');
    t.deepEqual(await readdir(join(folder, 'runs')).then((names) => names.filter((name) => !name.startsWith('.'))), []);
  });
  t.is(await readFile(join(path, 'deep', 'weights'), 'utf8'), 'one');
  await writeFolderAtomically(`${path}/`, async (temporary) => {
    t.deepEqual(await readdir(temporary), [], 'starts empty');
    t.is(await readFile(join(path, 'deep', 'weights'), 'utf8'), 'one', 'the old one is there while the new one is filled');
    await makeFolder(temporary, 'two');
  });
  t.deepEqual(await readdir(path), ['weights']);
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'two');
  t.deepEqual(await readdir(join(folder, 'runs')), ['step-1']);
});

test('a folder whose filling throws keeps the old one', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  await makeFolder(path, 'old');
  const attempt = writeFolderAtomically(path, async (temporary) => {
    await makeFolder(temporary, 'new');
    throw new Error('out of steam');
  });
  await t.throwsAsync(attempt, { message: 'out of steam' });
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'old');
  t.deepEqual(await readdir(folder), ['checkpoint']);
});

test('a folder is not written over a file, and that is said before the work', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'name'), 'a file');
  await t.throwsAsync(writeFolderAtomically(join(folder, 'name'), () => Promise.resolve(t.fail())), { message: /name: a file or link stands where/ });
  t.is(await readFile(join(folder, 'name'), 'utf8'), 'a file');
});

test('a process killed while it fills leaves the old folder, and litter that is recognised', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  await makeFolder(path, 'old');
  const code = `
    import { writeFile } from 'node:fs/promises';
    import { writeFolderAtomically } from ${JSON.stringify(atomicUrl)};
    await writeFolderAtomically(${JSON.stringify(path)}, async (temporary) => {
      await writeFile(temporary + '/weights', 'ha');
      console.log('half');
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  t.deepEqual(await removeStalePartials(folder), [], 'a living process keeps its partial folder');
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.is((await readdir(folder)).length, 2);
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'old');
  t.regex((await removeStalePartials(folder)).join(), /^\.checkpoint\.\d+-[0-9a-f]{12}\.partial$/);
  t.deepEqual(await readdir(folder), ['checkpoint']);
});

test('killed at any instant of replacing again and again: one whole folder is found', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  const code = `
    import { writeFile } from 'node:fs/promises';
    import { writeFolderAtomically } from ${JSON.stringify(atomicUrl)};
    for (let round = 1; ; round++) {
      await writeFolderAtomically(${JSON.stringify(path)}, async (temporary) => {
        for (const name of ['a', 'b', 'c']) await writeFile(temporary + '/' + name, String(round));
      });
      if (round === 1) console.log('ready');
    }`;
  for (const delayMs of [0, 7, 19, 42]) {
    const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await recoverFolder(path);
    await removeStalePartials(folder);
    t.deepEqual(await readdir(folder), ['checkpoint']);
    const texts = await Promise.all(['a', 'b', 'c'].map((name) => readFile(join(path, name), 'utf8')));
    t.is(new Set(texts).size, 1, texts.join());
    t.regex(texts[0] ?? '', /^[1-9]/);
  }
});

test('a crash between the two renames is undone: the old folder returns', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  const owner = `${await deadPid()}-0123456789ab`;
  await makeFolder(join(folder, `.checkpoint.${owner}.replaced`), 'old');
  await makeFolder(join(folder, `.checkpoint.${owner}.partial`), 'new');
  t.true(await recoverFolder(path));
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'old');
  t.false(await recoverFolder(path), 'nothing more to do');
  await removeStalePartials(folder);
  t.deepEqual(await readdir(folder), ['checkpoint']);
});

test('a crash after the second rename: the new folder stays, the old one goes; also when the process id is ours again', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  await makeFolder(path, 'new');
  await makeFolder(join(folder, `.checkpoint.${process.pid}-0123456789ab.replaced`), 'old');
  await makeFolder(join(folder, `.other.${process.pid}-0123456789ab.replaced`), 'of another folder');
  t.false(await recoverFolder(path));
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'new');
  t.deepEqual((await readdir(folder)).sort(), [`.other.${process.pid}-0123456789ab.replaced`, 'checkpoint']);
});

test('the next write recovers by itself', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'checkpoint');
  await makeFolder(join(folder, `.checkpoint.${await deadPid()}-0123456789ab.replaced`), 'old');
  const attempt = writeFolderAtomically(path, () => Promise.reject(new Error('no')));
  await t.throwsAsync(attempt, { message: 'no' });
  t.is(await readFile(join(path, 'weights'), 'utf8'), 'old');
});

test('stale partials: only those of dead processes, nothing that merely looks like one', async (t) => {
  const folder = await temporaryFolder(t);
  const dead = `.a.${await deadPid()}-0123456789ab.partial`;
  const kept = [`.a.${process.ppid}-0123456789ab.partial`, '.a.partial', 'a.1-0123456789ab.partial', '.b.1-xyz.partial'];
  for (const name of [dead, ...kept]) await writeFile(join(folder, name), '');
  t.deepEqual(await removeStalePartials(folder), [dead]);
  t.deepEqual((await readdir(folder)).sort(), [...kept].sort());
  t.deepEqual(await removeStalePartials(join(folder, 'absent')), []);
});

test('lines are appended after whole lines only', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'run', 'events.jsonl');
  await appendLine(path, '{"step":1}');
  await appendLine(path, '{"step":2}');
  t.is(await readFile(path, 'utf8'), '{"step":1}\n{"step":2}\n');
  await appendFile(path, `{"step":3,"text":"${'ä'.repeat(5000)}`);
  await appendLine(path, '{"step":3}');
  t.is(await readFile(path, 'utf8'), '{"step":1}\n{"step":2}\n{"step":3}\n', 'a torn line of any length is cut off');
  await writeFile(path, '{"by":"hand"}');
  await appendLine(path, '{"step":4}');
  t.is(await readFile(path, 'utf8'), '{"by":"hand"}\n{"step":4}\n', 'a whole line without a newline is kept');
  await writeFile(path, '{"torn');
  await appendLine(path, '{"step":5}');
  t.is(await readFile(path, 'utf8'), '{"step":5}\n');
  await t.throwsAsync(appendLine(path, 'two\nlines'), { message: /events\.jsonl: a log line may not hold a line break/ });
});
