// A run killed at any moment and started again by the same command ends with the same weights, bit for bit, as one never killed.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { curvesOf } from '../../src/report/curves.ts';
import { readRunLog } from '../../src/report/run-log.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { numbersIn } from '../../src/storage/numbered-folders.ts';
import { parseSibling } from '../../src/storage/partial-name.ts';
import { layCounting } from '../cli/translation/bench.ts';
import { readEventFile } from '../report/event-file.ts';
import { openWorkplace, type Started, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
});
test.after.always(() => place.remove());

/** How often a process is killed in all; `npm run test:faults` asks for 200. */
const kills = Number(process.env.RETORT_KILLS ?? 20);
/** Of two kinds, with four kills each: two fifths of all kills. The others fall on labelling. */
const trainingRounds = Math.max(1, Math.round((kills * 0.4) / 8));
const labellingKills = kills - 8 * trainingRounds;

const steps = 120; // so many that a run killed a little after its checkpoint 35 is not done, on a fast machine either
const alone = ['train', 'corpora/opinions/sample', '--size', '1x32:2', '--vocabulary', '300', '--steps', String(steps), '--rows', '16', '--dropout', '0.2', '--seed', '3', '--checkpoint-every', '5'];
const accumulated = [...alone, '--accumulation', '2', '--evaluate-every', '7'];
const weights = (out: string) => hashFile(place.path(out, 'model', 'model.safetensors'));

/** Where a run stands: its newest checkpoint (0: none), and whether its training is over. */
async function standing(out: string): Promise<{ checkpoint: number; done: boolean }> {
  const stage = existsSync(place.path(out)) ? (await readdir(place.path(out))).find((name) => /^(teacher|translator)-/.test(name)) : undefined;
  if (stage === undefined) return { checkpoint: 0, done: false };
  const checkpoint = (await numbersIn(place.path(out, stage, 'checkpoints'), 'step')).at(-1) ?? 0;
  return { checkpoint, done: existsSync(place.path(out, stage, 'stage.json')) };
}

/** Waits until the run has reached checkpoint `step`, or ended. */
async function reached(out: string, step: number, { process: child }: Started): Promise<void> {
  while (child.exitCode === null && (await standing(out)).checkpoint < step) await sleep(2);
}

/** Seeded delays in milliseconds, below `most`. */
function delays(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return ((state >> 8) % 1000) * (most / 1000);
  };
}

async function killAndResume(t: ExecutionContext, words: readonly string[], { whole, out, seed }: { whole: string; out: string; seed: number }): Promise<void> {
  const delay = delays(seed);
  const hits: number[] = [];
  // The first kill falls where it falls, mostly before the first step; the others a little after a checkpoint.
  for (const after of [0, 5, 20, 35]) {
    const run = place.start(...words, '--out', out);
    await reached(out, after, run);
    await sleep(after === 0 ? delay(600) : delay(40));
    run.process.kill('SIGKILL');
    await run.finished;
    const { checkpoint, done } = await standing(out);
    if (checkpoint > 0 && !done) hits.push(checkpoint);
  }
  await tellsWhereItStands(t, out);
  t.true(hits.length >= 2 && hits.every((checkpoint) => checkpoint < steps), `checkpoints at the kills: ${hits.join(', ')}`);
  const last = await place.retort(...words, '--out', out);
  t.is(last.code, 0, last.stderr);
  t.regex(last.stderr, new RegExp(`teacher goes on after step \\d+ of ${steps}`));
  const left = await readdir(place.path(out), { recursive: true });
  t.deepEqual(left.filter((name) => parseSibling(name.split(/[\\/]/).at(-1) ?? '') !== undefined), [], 'half-written files stay behind');
  const [log, wholeLog] = [await readRunLog(place.path(out, 'events.jsonl')), await readRunLog(place.path(whole, 'events.jsonl'))];
  t.is(log.filter(({ kind }) => kind === 'end').length, 1);
  const [[loss], [wholeLoss]] = [curvesOf(log).main, curvesOf(wholeLog).main];
  t.deepEqual(loss, wholeLoss, 'the log of the resumed run lacks something');
  t.deepEqual(await boardLosses(out), loss?.series[0]?.points.map(({ x, y }) => [x, Math.fround(y)]), 'TensorBoard shows other steps than the log');
}

/** A killed run has a page, which says that there is more to come. */
async function tellsWhereItStands(t: ExecutionContext, out: string): Promise<void> {
  const { code, stderr } = await place.retort('report', out);
  t.is(code, 0, stderr);
  t.regex(await readFile(place.path(out, 'report.html'), 'utf8'), /This run has not ended: of 1 training begun so far, 0 are done\./);
}

/** What TensorBoard makes of a run's files: in the order of their names, each restart taking back the steps from its own on. */
async function boardLosses(out: string): Promise<[step: number, loss: number][]> {
  const folder = place.path(out, 'tensorboard', 'teacher');
  const kept = new Map<number, number>();
  for (const name of (await readdir(folder)).sort()) {
    for (const { step, restart, scalars } of await readEventFile(join(folder, name))) {
      if (restart) for (const later of [...kept.keys()].filter((known) => known >= step)) kept.delete(later);
      if (scalars.loss !== undefined) kept.set(step, scalars.loss);
    }
  }
  return [...kept];
}

test.serial('killed four times, a run ends with the weights of one never killed', async (t) => {
  const whole = await place.retort(...alone, '--out', 'runs/whole');
  t.is(whole.code, 0, whole.stderr);
  for (let round = 0; round < trainingRounds; round++) {
    await killAndResume(t, alone, { whole: 'runs/whole', out: `runs/killed-${round}`, seed: 11 + 100 * round });
    t.is(await weights(`runs/killed-${round}`), await weights('runs/whole'));
  }
});

test.serial('the same with accumulated gradients, and with scores between the checkpoints', async (t) => {
  const whole = await place.retort(...accumulated, '--out', 'runs/whole-accumulated');
  t.is(whole.code, 0, whole.stderr);
  for (let round = 0; round < trainingRounds; round++) {
    await killAndResume(t, accumulated, { whole: 'runs/whole-accumulated', out: `runs/killed-accumulated-${round}`, seed: 23 + 100 * round });
    t.is(await weights(`runs/killed-accumulated-${round}`), await weights('runs/whole-accumulated'));
  }
  t.not(await weights('runs/whole-accumulated'), await weights('runs/whole'), 'the options change nothing: the test proves nothing');
});

test.serial('Ctrl-C leaves a checkpoint and code 130; the same command goes on to the same weights', async (t) => {
  const run = place.start(...alone, '--out', 'runs/interrupted');
  await reached('runs/interrupted', 10, run);
  run.process.kill('SIGINT');
  const { code, stderr } = await run.finished;
  t.is(code, 130, stderr);
  t.regex(stderr, /interrupted; the same command goes on/);
  const { checkpoint, done } = await standing('runs/interrupted');
  t.true(checkpoint >= 10 && checkpoint < steps && !done, `checkpoint ${checkpoint}`);
  const rest = await place.retort(...alone, '--out', 'runs/interrupted');
  t.is(rest.code, 0, rest.stderr);
  t.true(rest.stderr.includes(`teacher goes on after step ${checkpoint} of ${steps}`), rest.stderr);
  t.is(await weights('runs/interrupted'), await weights('runs/whole'));
});

test.serial('a translator killed twice, in the middle of its lesson, ends with the weights of one never killed', async (t) => {
  const words = ['train', 'corpora/counting/sample', '--translation', 'en-de', '--size', '1+1x32:2', '--vocabulary', '400', '--steps', '40', '--rows', '24', '--checkpoint-every', '5', '--evaluate-every', '15', '--metric', 'perplexity', '--beams', '1', '--max-new-tokens', '6', '--seed', '3'];
  await layCounting(place.path('corpora', 'counting', 'sample'), { train: 300, dev: 10, test: 10 });
  const whole = await place.retort(...words, '--out', 'runs/translator');
  t.is(whole.code, 0, whole.stderr);
  for (const after of [5, 20]) {
    const run = place.start(...words, '--out', 'runs/killed-translator');
    await reached('runs/killed-translator', after, run);
    run.process.kill('SIGKILL');
    await run.finished;
    const { checkpoint, done } = await standing('runs/killed-translator');
    t.true(checkpoint >= after && checkpoint < 40 && !done, `checkpoint ${checkpoint}`);
  }
  const last = await place.retort(...words, '--out', 'runs/killed-translator');
  t.is(last.code, 0, last.stderr);
  t.regex(last.stderr, /translator goes on after step \d+ of 40/);
  t.is(await weights('runs/killed-translator'), await weights('runs/translator'));
  t.is(await hashFile(place.path('runs/killed-translator/model/onnx/decoder_model_merged.onnx')), await hashFile(place.path('runs/translator/model/onnx/decoder_model_merged.onnx')));
});

test.serial('a run that is done is reused, and says so', async (t) => {
  const before = await readRunLog(place.path('runs/whole/events.jsonl'));
  const again = await place.retort(...alone, '--out', 'runs/whole');
  t.is(again.code, 0, again.stderr);
  t.regex(again.stdout, /teacher: done before, reused/);
  t.is((await readRunLog(place.path('runs/whole/events.jsonl'))).length, before.length);
});

/** Every file of the one store below `root`, with its hash. */
async function storeIn(root: string): Promise<string[]> {
  const files = (await readdir(place.path(root), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return (await Promise.all(files.map(async ({ parentPath, name }) => `${name} ${await hashFile(`${parentPath}/${name}`)}`))).sort();
}

/** Shards that the header names; none before it is written. */
async function shardsIn(root: string): Promise<number> {
  const [store] = existsSync(place.path(root)) ? await readdir(place.path(root)) : [];
  const header = store === undefined ? undefined : await readFile(place.path(root, store, 'header.json'), 'utf8').catch(() => undefined);
  return header === undefined ? 0 : (JSON.parse(header) as { shards: unknown[] }).shards.length;
}

test.serial('labelling killed at random moments, and started again, stores the same bytes as one never killed', async (t) => {
  const label = ['label', 'runs/whole/model', 'corpora/opinions/sample', '--hidden', '0,1', '--cls', '1', '--shard-rows', '2'];
  const began = performance.now();
  const whole = await place.retort(...label, '--out', 'labels/whole');
  const wholeMs = performance.now() - began;
  t.is(whole.code, 0, whole.stderr);
  const [expected, shards] = [await storeIn('labels/whole'), await shardsIn('labels/whole')];
  t.is(shards, 100);
  const delay = delays(37);
  let killed = 0;
  const stood: number[] = [];
  for (let store = 0; killed < labellingKills; store++) {
    const root = `labels/killed-${store}`;
    // The first kill falls anywhere, also before the program is loaded; the others a little after a shard.
    for (let before = 0; before < shards && killed < labellingKills; ) {
      const run = place.start(...label, '--out', root);
      if (before > 0) while (run.process.exitCode === null && (await shardsIn(root)) <= before) await sleep(2);
      await sleep(before > 0 ? delay(wholeMs / 12) : delay(wholeMs));
      run.process.kill('SIGKILL');
      const { code } = await run.finished;
      if (code === null) killed += 1;
      before = await shardsIn(root);
      stood.push(before);
    }
    const last = await place.retort(...label, '--out', root);
    t.is(last.code, 0, last.stderr);
    t.deepEqual(await storeIn(root), expected);
  }
  t.log(`${killed} kills; shards stored when they fell: ${stood.join(' ')}`);
  t.true(stood.filter((count) => count > 0 && count < shards).length >= labellingKills / 10, `hardly any kill fell into the labelling: ${stood.join(' ')}`);
});
