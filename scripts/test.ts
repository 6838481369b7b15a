/**
 * `npm test`: every suite on the embedded engine, then the parity suites on each other engine that is here (their op specs are suites of
 * their own); one that is absent is skipped out loud. Closes with what failed, told again, and one line, 'N passed, N failed'. Fails when a test failed, a file
 * crashed, or nothing ran.
 *
 *     npm test -- --every-suite        every suite that computes, on every engine (npm run test:engines)
 *     npm test -- --require torch      an engine that must be here
 *     npm test -- FILES OR OPTIONS     ava alone, with these
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { askEngine } from '../src/cli/engine-report.ts';
import { engineNames } from '../src/engine/engine.ts';
import type { Precision } from '../src/engine/options.ts';

const embedded = 'wasm';

/** What holds an engine against reference numbers. */
const parity = ['test/fixtures.test.ts', 'test/engine/**/*.test.ts'];
/** What else is held to one on the torch engine, in both of its precisions. */
const layered = ['nn', 'models', 'objectives', 'train'].map((room) => `test/${room}/**/*.test.ts`);
/** What computes. */
const computing = [...parity, ...['nn', 'decode', 'models', 'objectives', 'teacher', 'train', 'evaluate', 'strategies', 'cli', 'walks'].map((room) => `test/${room}/**/*.test.ts`), '!test/cli/native/**', '!test/cli/tensorflow/**'];

/** What is replayed. */
const replaying = ['test/engine/replay.test.ts', 'test/train/student-step.test.ts'];
/** What runs as on a device: LibTorch's own kernels, nothing looked at within a step, steps captured and launched again. */
const onDevice = ['test/conformance/torch.test.ts', 'test/fixtures.test.ts', 'test/engine/{fused,torch}/**/*.test.ts', ...replaying];

interface AvaRun {
  readonly engine: string;
  readonly precision?: Precision;
  /** On the CPU what otherwise only a device does. */
  readonly rehearsal?: true;
  readonly words: readonly string[];
}

const words = process.argv.slice(2);
const required = takeValues('--require');
const everySuite = takeFlag('--every-suite');
const runs: readonly AvaRun[] = words.length > 0 ? [{ engine: process.env.RETORT_TEST_ENGINE ?? embedded, words }] : [{ engine: embedded, words: [] }, ...(await onOthers())];

let [passed, failed] = [0, 0];
const failures: string[] = [];
for (const run of runs) {
  const title = `on the ${run.engine} engine${run.precision === undefined ? '' : `, ${run.precision}`}${run.rehearsal ? ', as on a device' : ''}`;
  if (runs.length > 1) process.stdout.write(`\n== ${title}\n`);
  const counts = await ava(run);
  passed += counts.passed;
  failed += counts.failed;
  if (counts.failed > 0) failures.push(`\n== failed ${title}\n${counts.told}`);
}
if (runs.length > 1) process.stdout.write(failures.join('')); // again, for the end is what is looked at
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** @throws if a required engine does not start. */
async function onOthers(): Promise<AvaRun[]> {
  const found: AvaRun[] = [];
  for (const engine of engineNames.filter((name) => name !== embedded)) {
    const { problem, facts } = await askEngine(engine);
    if (problem === undefined) {
      found.push({ engine, words: [...(everySuite ? computing : engine === 'torch' ? [...parity, ...layered] : parity), ...roomsOfOthers(engine)] });
      if (facts?.precisions.includes('bf16') === true) found.push({ engine, precision: 'bf16', words: ['test/fixtures.test.ts', ...layered] });
      if (engine === 'torch') found.push({ engine, rehearsal: true, words: onDevice }, { engine, precision: 'bf16', rehearsal: true, words: replaying });
    } else if (required.includes(engine)) throw new Error(`the ${engine} engine is required, but: ${problem}`);
    else process.stdout.write(`== the ${engine} engine is skipped: ${problem}\n`);
  }
  return found;
}

/** What is about another engine's own code ran in the first run. */
function roomsOfOthers(engine: string): string[] {
  return engineNames.filter((other) => other !== engine).map((other) => `!test/engine/${other}/**`);
}

async function ava({ engine, precision, rehearsal, words: given }: AvaRun): Promise<AvaOutcome> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('ava')), 'cli.mjs'); // beside its entry points; its package.json is not exported
  const child = spawn(process.execPath, [cli, ...given], { stdio: ['inherit', 'pipe', 'inherit'], env: { ...process.env, RETORT_TEST_ENGINE: engine, ...(precision !== undefined && { RETORT_TEST_PRECISION: precision }), ...(rehearsal && { RETORT_TEST_KERNELS: 'library', RETORT_TEST_REPLAY: 'captured' }) } });
  const closed = once(child, 'close') as Promise<[code: number | null]>;
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`);
    lines.push(line);
  }
  const [code] = await closed;
  return outcomeOf(lines, code);
}

interface AvaOutcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed and why. */
  readonly told: string;
}

/**
 * From ava's summary: '12 tests passed', '1 test failed', '1 uncaught exception', '2 tests remained pending after a timeout', … When one failed
 * it does not count those that passed, so their ticks are counted.
 */
function outcomeOf(lines: readonly string[], code: number | null): AvaOutcome {
  const isRule = (line: string) => line.startsWith('  ─');
  const summary = lines.slice(lines.findLastIndex(isRule)).join('\n');
  const count = (pattern: RegExp) => Number(pattern.exec(summary)?.[1] ?? 0);
  const counted = count(/(\d+) tests? failed/) + count(/(\d+) uncaught exceptions?/) + count(/(\d+) unhandled rejections?/) + count(/(\d+) tests? remained pending/);
  const all = count(/(\d+) tests? passed/) || lines.join('').split('✔').length - 1;
  const crossed = lines.filter((line) => /^\s*✘/.test(line)); // also what has no place in the details: a file that crashed
  return { passed: all, failed: Math.max(counted, code === 0 && all > 0 ? 0 : 1), told: [...lines.slice(lines.findIndex(isRule)), ...crossed, ''].join('\n') };
}

function takeFlag(name: string): boolean {
  const place = words.indexOf(name);
  if (place >= 0) words.splice(place, 1);
  return place >= 0;
}

function takeValues(name: string): string[] {
  const values: string[] = [];
  for (let place = words.indexOf(name); place >= 0; place = words.indexOf(name)) values.push(...words.splice(place, 2).slice(1));
  return values;
}
