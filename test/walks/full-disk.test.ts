// A disk that fills up: one sentence, code 1, everything that was written before still whole; with more room the same command goes on.
// Needs root on Linux, to mount a small disk of its own: skipped aloud elsewhere.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { hashFile } from '../../src/storage/hash.ts';
import { parseSibling } from '../../src/storage/partial-name.ts';
import { openWorkplace, type Workplace } from './workplace.ts';

const run = promisify(execFile);
const teacher = ['train', 'corpora/opinions/sample', '--size', '1x32:2', '--vocabulary', '300', '--steps', '30', '--rows', '16', '--seed', '3', '--checkpoint-every', '5'];
const label = ['label', 'runs/whole/model', 'corpora/opinions/sample', '--hidden', '0,1', '--shard-rows', '20'];

let place: Workplace;
let reason: string | undefined;
test.before(async () => {
  place = await openWorkplace();
  await mkdir(place.path('disk'));
  reason = await mount('size=400k').then(() => undefined, (error: unknown) => (error instanceof Error ? error.message.split('\n').at(-2) : String(error)));
  if (reason === undefined) await place.retort(...teacher, '--out', 'runs/whole');
});
test.after.always(async () => {
  if (reason === undefined) await run('umount', [place.path('disk')]);
  await place.remove();
});

const mount = (options: string) => run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place.path('disk')]);
const weights = (out: string) => hashFile(place.path(out, 'model', 'model.safetensors'));

/** Whether there is a disk to fill; says so aloud where there is none. */
function isPossible(t: ExecutionContext): boolean {
  if (reason === undefined) return true;
  t.log(`SKIPPED: no small disk can be mounted here (${reason}); run as root on Linux`);
  t.pass();
  return false;
}

/** Runs a command that meets the end of the disk. */
async function fails(t: ExecutionContext, words: readonly string[]): Promise<void> {
  const { code, stderr } = await place.retort(...words);
  t.is(code, 1, stderr);
  const said = stderr.trimEnd().split('\n').filter((line) => line.startsWith('retort: '));
  t.is(said.length, 1, stderr);
  t.regex(said[0] ?? '', /^retort: \S*disk\S+: (cannot be written: the disk is full; make room and run the same command again|.*no space left on device.*)$/);
  const left = await readdir(place.path('disk'), { recursive: true });
  t.deepEqual(left.filter((name) => parseSibling(name.split('/').at(-1) ?? '') !== undefined), [], 'half-written files stay behind');
}

test.serial('labelling: the shards so far stay, and the rest follows when there is room', async (t) => {
  if (!isPossible(t)) return;
  const whole = await place.retort(...label, '--out', 'runs/labels');
  t.is(whole.code, 0, whole.stderr);
  const [store] = await readdir(place.path('runs/labels'));
  await fails(t, [...label, '--out', 'disk/labels']);
  const before = await readdir(place.path('disk/labels', store ?? ''));
  t.true(before.includes('header.json') && before.length > 2 && !before.includes('.lock'), before.join(', '));
  for (const file of before.filter((name) => name.endsWith('.arrow'))) t.deepEqual(await readFile(place.path('disk/labels', store ?? '', file)), await readFile(place.path('runs/labels', store ?? '', file)), file);
  await mount('remount,size=8m');
  const rest = await place.retort(...label, '--out', 'disk/labels');
  t.is(rest.code, 0, rest.stderr);
  const files = (await readdir(place.path('runs/labels', store ?? ''))).sort();
  t.deepEqual((await readdir(place.path('disk/labels', store ?? ''))).sort(), files);
  for (const file of files) t.is(await hashFile(place.path('disk/labels', store ?? '', file)), await hashFile(place.path('runs/labels', store ?? '', file)), file);
});

test.serial('training: the newest whole checkpoint stays, and the run ends with the weights it would have had', async (t) => {
  if (!isPossible(t)) return;
  await run('umount', [place.path('disk')]);
  await mount('size=600k');
  await fails(t, [...teacher, '--out', 'disk/run']);
  t.true((await readdir(place.path('disk/run'), { recursive: true })).some((name) => /step-\d{8}\/state\.safetensors$/.test(name)), 'no checkpoint was written before the disk was full');
  await mount('remount,size=16m');
  const { code, stderr } = await place.retort(...teacher, '--out', 'disk/run');
  t.is(code, 0, stderr);
  t.regex(stderr, /teacher goes on after step \d+ of 30/);
  t.is(await weights('disk/run'), await weights('runs/whole'));
});

test.serial('predictions: the old file stays as it was', async (t) => {
  if (!isPossible(t)) return;
  await run('umount', [place.path('disk')]);
  await mount('size=8k');
  await writeFile(place.path('disk/answers.jsonl'), 'what was here before\n');
  await fails(t, ['predict', 'runs/whole/model', 'corpora/opinions/sample/train.tsv', '--out', 'disk/answers.jsonl']);
  t.is(await readFile(place.path('disk/answers.jsonl'), 'utf8'), 'what was here before\n');
});

test.serial('start-up, and tokenised text: nothing half-written stays, and the same command goes on', async (t) => {
  if (!isPossible(t)) return;
  await run('umount', [place.path('disk')]);
  await mount('size=4k');
  await fails(t, [...teacher, '--out', 'disk/early']);
  await run('umount', [place.path('disk')]);
  await mount('size=12k');
  const words = ['label', 'runs/whole/model', 'corpora/opinions/sample', '--cache', 'disk/tokens', '--out', 'runs/labels-of-cached'];
  await fails(t, words);
  t.true((await readdir(place.path('disk/tokens'), { recursive: true })).filter((name) => name.endsWith('header.json')).length < 2, 'both splits fitted: the test proves nothing');
  await mount('remount,size=8m');
  const { code, stderr } = await place.retort(...words);
  t.is(code, 0, stderr);
});
