// Finds every fixture of a folder (objectives/*.json, metrics/*.json, models/*/) and runs each; `npm test` and `npm run fixtures` share it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFamily } from '../../src/models/families.ts';
import { isSeq2SeqFamily } from '../../src/models/seq2seq/families.ts';
import { readJson } from '../../src/storage/json.ts';
import type { FixtureResult } from './comparison.ts';
import { checkEncoder, checkSameAs } from './encoder.ts';
import { checkPrecision } from './encoder-precision.ts';
import { checkMalformed } from './malformed.ts';
import { checkMetric, metricRunners } from './metric.ts';
import { checkObjective } from './objective.ts';
import { objectiveRunners } from './objective-runners.ts';
import { checkOptimiser } from './optimiser.ts';
import { checkPytorchBin } from './pytorch-bin.ts';
import { skipped } from './skipped.ts';
import { checkSeq2Seq } from './seq2seq.ts';
import { checkStudentInit } from './student-init.ts';
import { checkTokenizerFixture } from './tokenizer.ts';

export interface Fixture {
  /** Its path below the folder, without .json: `objectives/soft-label`. */
  readonly name: string;
  readonly path: string;
}

export type Outcome =
  | { readonly name: string; readonly state: 'ok' | 'FAILED'; readonly result: FixtureResult; /** Also on the list of those that may be skipped. */ readonly listed: boolean }
  | { readonly name: string; readonly state: 'skipped'; readonly reason: string };

type Run = () => Promise<FixtureResult>;

const groups = ['objectives', 'metrics', 'models'];

/** Sorted by name. Whatever else lies in the folder is found too, so that nothing goes unseen; README.md and hidden files aside. */
export function findFixtures(folder: string): Fixture[] {
  const fixtures: Fixture[] = [];
  for (const entry of entriesOf(folder)) {
    const inside = groups.includes(entry) ? entriesOf(join(folder, entry)) : undefined;
    const paths = inside?.map((name) => join(entry, name)) ?? [entry];
    for (const path of paths) fixtures.push({ name: path.replaceAll('\\', '/').replace(/\.json$/, ''), path: join(folder, path) });
  }
  return fixtures;
}

/** Never throws: what goes wrong in a fixture is its failure. */
export async function runFixture({ name, path }: Fixture): Promise<Outcome> {
  const reason = skipped.get(name);
  try {
    const run = await runnerOf(name, path);
    if (run === undefined && reason !== undefined) return { name, state: 'skipped', reason };
    const result = run === undefined ? failed('nothing here can run it, and it is not on the list of those that may be skipped') : await run();
    return { name, state: result.failures.length > 0 ? 'FAILED' : 'ok', result, listed: reason !== undefined };
  } catch (error) {
    return { name, state: 'FAILED', result: failed(error instanceof Error ? error.message : String(error)), listed: reason !== undefined };
  }
}

async function runnerOf(name: string, path: string): Promise<Run | undefined> {
  const [group] = name.split('/');
  if (group === 'models') return modelRunner(path);
  if (!path.endsWith('.json')) return undefined;
  if (group === 'objectives') return Object.hasOwn(objectiveRunners, await fieldOf(path, 'objective')) ? () => checkObjective(path) : undefined;
  if (group === 'metrics') return Object.hasOwn(metricRunners, await fieldOf(path, 'metric')) ? () => checkMetric(path) : undefined;
  return undefined;
}

async function modelRunner(folder: string): Promise<Run | undefined> {
  const kind = await fieldOf(join(folder, 'cases.json'), 'kind');
  switch (kind) {
    case 'encoder':
      return (await isFamilyBuilt(folder)) ? () => checkEncoder(folder) : undefined;
    case 'encoder-precision':
      return (await isFamilyBuilt(folder)) ? () => checkPrecision(folder) : undefined;
    case 'same-as':
      return (await isFamilyBuilt(folder)) ? () => checkSameAs(folder) : undefined;
    case 'malformed':
      return () => checkMalformed(folder);
    case 'optimiser':
      return () => checkOptimiser(folder);
    case 'pytorch-bin':
      return () => checkPytorchBin(folder);
    case 'seq2seq':
      return isSeq2SeqFamily(await fieldOf(join(folder, 'config.json'), 'model_type')) ? () => checkSeq2Seq(folder) : undefined;
    case 'student-init':
      return () => checkStudentInit(folder);
    case 'tokenizer':
      return () => checkTokenizerFixture(folder);
    default:
      return undefined;
  }
}

async function isFamilyBuilt(folder: string): Promise<boolean> {
  return isFamily(await fieldOf(join(folder, 'config.json'), 'model_type'));
}

/** The field of a JSON file that says what it is. @throws if it holds no text there. */
async function fieldOf(file: string, field: string): Promise<string> {
  const json = await readJson(file);
  const value: unknown = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[field] : undefined;
  if (typeof value !== 'string') throw new Error(`${file}: it does not say its "${field}"`);
  return value;
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.') && name !== 'README.md').sort();
}

function failed(failure: string): FixtureResult {
  return { cases: 0, largestError: 1, failures: [failure] };
}
