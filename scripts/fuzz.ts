/**
 * Gives every reader of outside bytes (test/fuzz/catalogue.ts) damaged inputs, each format in a process of its own with 512 MB of heap:
 *
 *     npm run fuzz -- [--format NAME]... [--inputs 20000] [--seed 1]
 *
 * A reader fails that throws anything but one sentence naming the file, takes memory out of proportion, ends its process, or does not
 * come back within a minute of the processor. Input number n of a format is that of seed + n, so a failure is seen again with `--format NAME --seed
 * THAT --inputs 1`. One line for each format. Exit code: 0 none failed, 1 one did, 2 wrong use.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formats } from '../test/fuzz/catalogue.ts';
import { fuzzFormat, type Outcome } from './fuzz/watch.ts';

const options = readArguments();
if (typeof options === 'string') {
  console.error(`${options} Usage: npm run fuzz -- [--format NAME]... [--inputs N] [--seed N]; the formats are ${formats.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  // In memory where there is such a place: every input is a file.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'retort-fuzz-'));
  const began = performance.now();
  let [inputs, failures] = [0, 0];
  try {
    for (const name of options.names) {
      const outcome = await fuzzFormat({ name, folder: join(folder, name), seed: options.seed, inputs: options.inputs });
      inputs += outcome.read + outcome.refused + outcome.failures.length;
      failures += outcome.failures.length;
      console.log([line(name, outcome), ...outcome.failures.map((failure) => `    seed ${failure.seed}: ${failure.what}`)].join('\n'));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${options.names.length} formats, ${inputs} inputs, ${failures} failures, ${seconds(performance.now() - began)} s`);
  process.exitCode = failures > 0 ? 1 : 0;
}

function line(name: string, { read, refused, failures, milliseconds, peakBytes }: Outcome): string {
  return `${failures.length === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(20)} ${read + refused + failures.length} inputs: ${read} read, ${refused} refused, ${failures.length} failures; ${seconds(milliseconds)} s, process at most ${Math.round(peakBytes / 2 ** 20)} MiB`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** What is to be done, or what is wrong with how it was asked for. */
function readArguments(): { names: string[]; inputs: number; seed: number } | string {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { format: { ...text, multiple: true }, inputs: text, seed: text } });
    const [inputs, seed] = [Number(values.inputs ?? 20_000), Number(values.seed ?? 1)];
    if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed)) return '--inputs is a whole number from 1, --seed a whole number.';
    const names = values.format ?? formats.map(({ name }) => name);
    const unknown = names.find((name) => !formats.some((format) => format.name === name));
    return unknown === undefined ? { names, inputs, seed } : `There is no format ${unknown}.`;
  } catch (error) {
    return `${(error as Error).message.split('. ')[0] ?? ''}.`;
  }
}
