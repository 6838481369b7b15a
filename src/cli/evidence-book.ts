/**
 * Runs of a recipe as evidence, whatever is trained: each student, arm and seed once, recorded as a small JSON (report/evidence-file.ts). What is
 * recorded with the same identity is not run again, on whatever machine it ran; what was recorded with other settings is never overwritten. With
 * `check` nothing is recorded: one run's first steps are done again and compared.
 */
import { basename, join } from 'node:path';
import { engineFacts } from '../engine/engine.ts';
import { type Evidence, evidenceOf, evidencePath, readEvidence, writeEvidence } from '../report/evidence-file.ts';
import { evidenceTable } from '../report/evidence-table.ts';
import { fingerprint } from '../storage/hash.ts';
import type { TrainSettings } from '../train/train.ts';
import { checkFirstLosses, firstSteps, type FirstLesson, type HeardSteps, hearSteps } from './first-losses.ts';
import { machine, type Run, versions } from './run.ts';

export interface BookOptions {
  /** Names the folder of its runs. */
  readonly recipe: string;
  /** Where the runs of all recipes are recorded. */
  readonly results: string;
  /** A recorded run, as 'cut-pkd-seed1', whose first steps are to be done again. */
  readonly check?: string | undefined;
  /** The arm that others are held against. */
  readonly baseline: string;
}

/** One run: how it is trained, and what is to be recorded of it. */
export interface Recordable {
  readonly student: string;
  readonly arm: string;
  readonly settings: TrainSettings;
  readonly identity: string;
  /** What is trained, from its start. */
  readonly lesson: () => Promise<FirstLesson>;
  /** Trains it, or finds it trained, and says what came out; `steps` hear its training. */
  readonly evidence: (first: FirstSteps) => Promise<Evidence>;
}

/** Trains where it has to, and gives the losses of the first steps and the minutes of all. */
export type FirstSteps = (train: () => Promise<unknown>) => Promise<{ losses: number[]; minutes: number }>;

export interface Book {
  record(one: Recordable, steps: HeardSteps): Promise<void>;
  /** Prints the table of all that is recorded. @throws where the run to be checked was not among the arms. */
  close(): Promise<void>;
}

export function openBook(run: Run, { recipe, results, check, baseline }: BookOptions): Book {
  let checked = false;
  return {
    record: async (one, steps) => {
      const { identity, settings: { rows } } = one;
      const [path, name] = [evidencePath(results, { recipe, ...keyOf(one) }), runName(one)];
      const found = await readEvidence(path);
      if (found !== undefined && found.identity !== identity) throw new Error(`${path}: it was recorded with other settings, corpora or models than these; give another folder (--set results=FOLDER), or delete the file to replace it`);
      if (check !== undefined) {
        if (check !== basename(path, '.json')) return;
        if (found === undefined) throw new Error(`${path}: there is no such run to check; run the recipe without check first`);
        await checkFirstLosses(run, name, await one.lesson(), found);
        checked = true;
        return;
      }
      if (found !== undefined) return run.say(`${name}: recorded before in ${path}`);
      const evidence = await one.evidence(async (train) => {
        await train();
        return firstSteps(run, name, { steps, rows });
      });
      await writeEvidence(results, evidence);
      const told = evidence.tests.map(({ name: test, metric, scores }) => `${test} ${((scores[metric] ?? NaN) * (metric === 'bleu' ? 1 : 100)).toFixed(1)}`);
      run.say(`${name}: ${told.join(', ')}; recorded in ${path}`);
    },
    close: async () => {
      if (check === undefined) run.say(`\n${evidenceTable(await evidenceOf(results, recipe), { baseline })}`);
      else if (!checked) throw new Error(`check ${check}: there is no such run among the arms; a run is called as its file in ${join(results, recipe)}, without .json`);
    },
  };
}

type Key = Pick<Recordable, 'student' | 'arm' | 'settings'>;

export const keyOf = ({ student, arm, settings: { seed } }: Key) => ({ student, arm, seed });

/** As its events are called. */
export const runName = ({ student, arm, settings: { seed } }: Key): string => `${student === arm ? arm : `${student} ${arm}`}, seed ${seed}`;

/** Listens to the training of a run. */
export const hearRun = (run: Run, key: Key): HeardSteps => hearSteps(run, runName(key));

/** Of everything that determines the numbers, but for the engine and for how often it is looked at. */
export function identityOf(recipe: string, { settings: { checkpointEvery: _checkpoint, logEvery: _log, ...settings }, student, arm }: Key, more: Readonly<Record<string, unknown>>): string {
  return fingerprint({ recipe, student, arm, settings, ...more });
}

/** What every record says of the engine and the machine. */
export function surroundings(): Pick<Evidence, 'engine' | 'versions' | 'machine'> {
  const { engine, device, precision, threads, library, buildId } = engineFacts();
  return { engine: { engine, device, precision, threads, ...(library !== undefined && { library }), ...(buildId !== undefined && { buildId }) }, versions: versions(), machine: machine() };
}

export const rounded = (value: number): number => Number(value.toPrecision(4));
