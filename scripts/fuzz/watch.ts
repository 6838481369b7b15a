/**
 * Runs the inputs of one format in a child and watches it: the child notes the number of the input it begins in a file, so that one
 * which ends its process or never comes back is known by its seed. The rest then goes on in a new child.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Report } from './child.ts';

export interface Failure {
  readonly seed: number;
  readonly what: string;
}

export interface Outcome {
  readonly read: number;
  readonly refused: number;
  readonly failures: readonly Failure[];
  readonly milliseconds: number;
  /** Highest resident size of a child. */
  readonly peakBytes: number;
}

export interface Work {
  readonly name: string;
  /** Is made, and removed. */
  readonly folder: string;
  /** Of the first input. */
  readonly seed: number;
  readonly inputs: number;
}

/** A format that fails so often is not looked at further. */
const mostFailures = 10;
/** Seconds of the processor that one input may take: on a busy machine a child may wait long for its turn, and does not hang. */
const patience = 60;
/** Looks without a new input after which a child that computes nothing hangs; looks, not seconds: where both stand still, nothing is counted. */
const idlePatience = 1800;
const lookEveryMs = 1000;

export async function fuzzFormat({ name, folder, seed, inputs }: Work): Promise<Outcome> {
  const began = performance.now();
  const failures: Failure[] = [];
  const sum = { read: 0, refused: 0, peakBytes: 0 };
  for (let next = seed; next < seed + inputs && failures.length < mostFailures; ) {
    await mkdir(folder, { recursive: true });
    const { report, stopped, last } = await runChild({ name, folder, seed: next, inputs: seed + inputs - next });
    await rm(folder, { recursive: true, force: true });
    sum.read += report.read;
    sum.refused += report.refused;
    sum.peakBytes = Math.max(sum.peakBytes, report.peakBytes);
    failures.push(...report.failures);
    if (stopped !== undefined) failures.push({ seed: last, what: stopped });
    // Before its first input: nothing that another child could do better.
    if (stopped !== undefined && last < next) break;
    next = last + 1;
  }
  return { ...sum, failures: failures.slice(0, mostFailures), milliseconds: performance.now() - began };
}

interface Ended {
  /** As far as the child came to write one. */
  readonly report: Report;
  /** How it ended, where not well. */
  readonly stopped: string | undefined;
  /** Seed of the last input begun. */
  readonly last: number;
}

async function runChild(work: Work): Promise<Ended> {
  const [progress, reported] = [join(work.folder, '..', `${work.name}.progress`), join(work.folder, '..', `${work.name}.report`)];
  await writeFile(progress, String(work.seed - 1));
  const child = spawn(process.execPath, ['--import=tsx', '--max-old-space-size=512', fileURLToPath(new URL('child.ts', import.meta.url)), JSON.stringify({ ...work, progress, reported })], { stdio: ['ignore', 'ignore', 'pipe'] });
  let tail = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-2000)));
  const begun = async () => Number((await readFile(progress, 'utf8')).trim());
  let [seen, looks, hangs, usedBefore] = [NaN, 0, false, 0];
  const watch = setInterval(() => {
    void Promise.all([begun(), processorSeconds(child.pid)]).then(([now, used]) => {
      looks = now === seen ? looks + 1 : 0;
      if (looks === 0) usedBefore = used;
      seen = now;
      if (used - usedBefore < patience && looks < idlePatience) return;
      hangs = true;
      child.kill('SIGKILL');
    });
  }, lookEveryMs);
  const ended = await new Promise<string | undefined>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(code === 0 ? undefined : (signal ?? `code ${code}`)));
  });
  clearInterval(watch);
  const report = await readFile(reported, 'utf8').then((text) => JSON.parse(text) as Report, () => ({ read: 0, refused: 0, peakBytes: 0, failures: [] }));
  await rm(reported, { force: true });
  const lastWords = tail.trim().split('\n').slice(-3).join(' | ').slice(0, 600);
  return { report, last: await begun(), stopped: ended === undefined ? undefined : hangs ? `it did not come back within ${patience} s of the processor` : `it ended its process with ${ended}: ${lastWords}` };
}

/** What a process has used so far, where the system says so (Linux: fields 14 and 15, in hundredths); elsewhere 0. */
async function processorSeconds(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid ?? 0}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}
