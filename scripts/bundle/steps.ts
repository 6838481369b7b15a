/**
 * Runs commands one after another, each for so long at most and none stopping the next; what each printed goes to a file of its own,
 * and how it ended into `check.json`, which is whole after every step.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../src/storage/json.ts';

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder it runs in. */
  readonly cwd?: string;
  /** It is ended then. */
  readonly mostSeconds: number;
}

export interface StepOutcome {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'out of time' | 'not run';
  readonly command: string;
  readonly seconds: number;
  /** The last line it printed, or why it did not run. */
  readonly says: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Where logs and check.json go. */
  readonly folder: string;
  /** Of all steps together. */
  readonly seconds: number;
  /** What else stands in check.json. */
  readonly facts: object;
  readonly tell: (line: string) => void;
}

/** A step that could have less than this is not begun. */
const leastSeconds = 5;

export async function runSteps({ steps, folder, seconds, facts, tell }: Plan): Promise<StepOutcome[]> {
  await mkdir(folder, { recursive: true });
  const outcomes: StepOutcome[] = [];
  const end = performance.now() + 1000 * seconds;
  for (const step of steps) {
    const left = (end - performance.now()) / 1000;
    const outcome = left < leastSeconds
      ? { name: step.name, state: 'not run' as const, command: step.command.join(' '), seconds: 0, says: `the ${seconds} seconds of the whole were used up` }
      : await runStep(step, { logFile: join(folder, `${step.name}.log`), seconds: Math.min(left, step.mostSeconds) });
    outcomes.push(outcome);
    tell(`${outcome.name.padEnd(14)} ${outcome.state.padEnd(11)} ${outcome.seconds.toFixed(1).padStart(6)} s  ${outcome.says}`);
    await writeJson(join(folder, 'check.json'), { ...facts, steps: outcomes });
  }
  return outcomes;
}

async function runStep({ name, command, environment, cwd }: Step, { logFile, seconds }: { logFile: string; seconds: number }): Promise<StepOutcome> {
  const started = performance.now();
  const [file, ...words] = command;
  const log = createWriteStream(logFile);
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment }, cwd, detached: true }); // a group of its own, ended as one
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  let ended = false;
  const patience = setTimeout(() => {
    ended = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, 1000 * seconds);
  const code = await new Promise<number | string>((done) => {
    child.on('error', ({ message }) => done(message));
    child.on('close', (status, signal) => done(status ?? signal ?? 'unknown'));
  });
  clearTimeout(patience);
  await new Promise<void>((closed) => log.end(closed));
  return {
    name, command: command.join(' '), seconds: (performance.now() - started) / 1000,
    state: ended ? 'out of time' : code === 0 ? 'passed' : 'failed',
    says: typeof code === 'string' && !ended ? code : lastLine(await readFile(logFile, 'utf8')),
  };
}

function lastLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '').at(-1) ?? '';
}
