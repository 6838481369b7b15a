/** The inputs of one format, one after the other, in this process; it is started and watched by watch.ts. */
import { openSync, writeFileSync, writeSync } from 'node:fs';
import { formats } from '../../test/fuzz/catalogue.ts';
import { inputOf, inputsFor } from '../../test/fuzz/inputs.ts';
import { judge } from '../../test/fuzz/verdict.ts';
import type { Failure, Work } from './watch.ts';

export interface Report {
  readonly read: number;
  readonly refused: number;
  readonly peakBytes: number;
  readonly failures: readonly Failure[];
}

/** `progress`: where the seed of each input is noted before it is read; `reported`: where the counts are written now and then. */
type Order = Work & { readonly progress: string; readonly reported: string };

const mostFailures = 10;
const reportEvery = 500;

const { name, folder, seed, inputs, progress, reported } = JSON.parse(process.argv[2] ?? '') as Order;
const format = formats.find((one) => one.name === name);
if (format === undefined) throw new Error(`there is no format ${name}`);
const subject = await format.open(folder);
const drawn = inputsFor(subject);
const note = openSync(progress, 'w');
const counts = { read: 0, refused: 0 };
const failures: Failure[] = [];
const report = () => writeFileSync(reported, JSON.stringify({ ...counts, failures, peakBytes: 1024 * process.resourceUsage().maxRSS } satisfies Report));

for (let at = seed; at < seed + inputs && failures.length < mostFailures; at++) {
  const input = inputOf(drawn, at);
  writeSync(note, String(at).padEnd(20), 0);
  try {
    counts[await judge(subject, input)] += 1;
  } catch (error) {
    failures.push({ seed: at, what: `${error instanceof Error ? error.message : String(error)} <- ${shown(input)}` });
  }
  if ((at - seed) % reportEvery === 0) report();
}
report();
process.exit(0); // an engine may hold the process open

function shown(input: Uint8Array): string {
  const text = Buffer.from(input).toString('latin1');
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
