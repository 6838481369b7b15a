import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { openRunLog, readRunLog } from '../../src/report/run-log.ts';
import type { TrainEvent } from '../../src/train/event.ts';

const run = 'student seed 1';
const events: TrainEvent[] = [
  { kind: 'start', run, totalSteps: 2, examples: 7, parameters: 11, resumedAt: 1 },
  {
    kind: 'step', run, step: 2, totalSteps: 2, epoch: 0, loss: 0.5, parts: { 'hard-label': 0.2, 'soft-label': 0.3 },
    learningRate: 1e-4, gradientNorm: 1.25, examplesPerSecond: 10, tokensPerSecond: 100, memory: { nowBytes: 5, peakBytes: 7 }, deviceMemory: { nowBytes: 1, peakBytes: 2 },
  },
  { kind: 'skipped', run, step: 2, exampleIds: ['a', 'zwei\n"'], reason: 'the loss is not finite' },
  { kind: 'evaluation', run, step: 2, scores: { accuracy: 0.75 }, best: true },
  { kind: 'checkpoint', run, step: 2 },
  { kind: 'end', run, step: 2, milliseconds: 12, stopped: 'interrupted' },
  { kind: 'end', run, step: 2, milliseconds: 12, stopped: 'early', reason: 'accuracy did not rise in 3 evaluations' },
];
const now = (): Date => new Date('2026-01-02T03:04:05.678Z');

async function scratchLog(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-run-log-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'events.jsonl');
}

test('every event comes back in its order with the time it was heard', async (t) => {
  const path = await scratchLog(t);
  const log = openRunLog(path, { now });
  events.forEach((event) => log.record(event));
  await log.written();
  t.deepEqual(await readRunLog(path), events.map((event) => ({ time: '2026-01-02T03:04:05.678Z', ...event })));
  const text = await readFile(path, 'utf8');
  t.is(text.split('\n').length, events.length + 1);
  t.true(text.endsWith('\n'));
});

test('a line torn by a kill is lost alone, and the next run writes on whole lines', async (t) => {
  const path = await scratchLog(t);
  const first = openRunLog(path, { now });
  first.record(events[0]!);
  await first.written();
  await appendFile(path, '{"time":"2026-01-02T03:04:05.678Z","kind":"st');
  t.is((await readRunLog(path)).length, 1);
  const second = openRunLog(path, { now });
  second.record(events[4]!);
  await second.written();
  t.deepEqual((await readRunLog(path)).map(({ kind }) => kind), ['start', 'checkpoint']);
});

test('a number that is not finite is read as NaN', async (t) => {
  const path = await scratchLog(t);
  const log = openRunLog(path, { now });
  log.record({ ...events[1]!, kind: 'step', gradientNorm: Infinity, parts: { 'hard-label': NaN } } as TrainEvent);
  await log.written();
  const [event] = await readRunLog(path);
  t.like(event, { gradientNorm: NaN, parts: { 'hard-label': NaN } });
});

test('a log that cannot be written fails the run at its end', async (t) => {
  const log = openRunLog(tmpdir(), { now });
  log.record(events[0]!);
  await t.throwsAsync(log.written(), { message: /run log cannot be written/ });
  t.throws(() => log.record(events[1]!), { message: /run log cannot be written/ });
});

for (const [problem, value] of Object.entries({
  'is not an object': [1],
  'is of the unknown kind "party"': { kind: 'party', run, time: now() },
  'is of the unknown kind "toString"': { kind: 'toString', run, time: now() },
  'names no run': { kind: 'checkpoint', step: 1, time: now() },
  'has no time': { kind: 'checkpoint', run, step: 1, time: 'noon' },
  "(checkpoint) has no number 'step'": { kind: 'checkpoint', run, time: now(), step: '1' },
  "(evaluation) has no 'scores'": { kind: 'evaluation', run, time: now(), step: 1, scores: { accuracy: 'good' } },
  "(step) has a 'deviceMemory' without nowBytes and peakBytes": { ...events[1], time: now(), deviceMemory: { nowBytes: 1 } },
})) {
  test(`an event that ${problem} is refused by its place`, async (t) => {
    const path = await scratchLog(t);
    await writeFile(path, `${JSON.stringify({ kind: 'checkpoint', run, time: now(), step: 1 })}\n${JSON.stringify(value)}\n`);
    const error = await t.throwsAsync(readRunLog(path));
    t.true(error.message.startsWith(`${path}: event 2 ${problem}.`), error.message);
  });
}
