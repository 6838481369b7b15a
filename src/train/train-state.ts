/**
 * Checkpoints: all that a run needs to go on as if it had never stopped. Weights and moments bit for bit, the step, the data cursor,
 * the best score and how long none was better; random numbers are keyed by the step, so they need no state. Written whole or not at
 * all, the newest two kept. A run may go on on another engine: only its last bits change, so the engine is kept beside its identity.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type EngineMark, engineMark } from '../engine/engine.ts';
import { writeFolderAtomically } from '../storage/atomic.ts';
import { float32Of, float32Tensor } from '../storage/halves.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { keepNewest, numberedFolder, numbersIn } from '../storage/numbered-folders.ts';
import { printable } from '../storage/quoted.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import type { Waiting } from './early-stopping.ts';
import type { Trained } from './auxiliary.ts';
import type { Optimizer } from './optimizer.ts';

/** What determines a run's numbers; a checkpoint of another run is refused. */
export type RunIdentity = Readonly<Record<string, string | number>>;

const progressSchema = z.strictObject({
  format: z.literal('retort-checkpoint-1'),
  identity: z.record(z.string(), z.union([z.string(), z.number()])),
  step: z.int().nonnegative(),
  /** Examples of the seeded sequence consumed so far. */
  cursor: z.int().nonnegative(),
  best: z.strictObject({ step: z.int(), score: z.number() }).nullable(),
  /** What the last steps were computed on. */
  engine: z.strictObject({ engine: z.string(), device: z.string(), precision: z.string(), threads: z.int().optional() }),
  waiting: z.strictObject({ reference: z.number().nullable(), waited: z.int().nonnegative() }),
});

export interface Progress {
  readonly step: number;
  readonly cursor: number;
  readonly best: { readonly step: number; readonly score: number } | null;
  /** For early stopping. */
  readonly waiting: Waiting;
}

/** What a checkpoint says. */
export type Restored = Progress & { readonly engine: EngineMark };

const prefix = 'step';
const kept = 2;

/** Writes checkpoint `progress.step` under `root` and returns its folder. */
export async function saveTrainState(root: string, progress: Progress, identity: RunIdentity, parameters: Trained, optimizer: Optimizer): Promise<string> {
  const folder = numberedFolder(root, prefix, progress.step);
  const weights = [...(await parameters.read())].map(([name, value]) => [`parameter/${name}`, value] as const);
  const tensors = new Map([...weights, ...(await optimizer.read())].map(([name, { shape, data }]) => [name, float32Tensor(shape, data)]));
  await writeFolderAtomically(folder, async (temporary) => {
    await writeSafetensors(join(temporary, 'state.safetensors'), tensors);
    await writeJson(join(temporary, 'progress.json'), { format: 'retort-checkpoint-1', identity: storable(identity), ...progress, engine: engineMark() });
  });
  await keepNewest(root, prefix, kept);
  return folder;
}

/**
 * Restores the newest checkpoint under `root` into parameters and optimiser.
 * @returns undefined where there is none.
 * @throws if it belongs to a run with other settings, with the differences.
 */
export async function loadTrainState(root: string, identity: RunIdentity, parameters: Trained, optimizer: Optimizer): Promise<Restored | undefined> {
  const newest = (await numbersIn(root, prefix)).at(-1);
  if (newest === undefined) return undefined;
  const folder = numberedFolder(root, prefix, newest);
  const file = join(folder, 'progress.json');
  const parsed = progressSchema.safeParse(await readJson(file));
  if (!parsed.success) throw new Error(`${file}: not a checkpoint (${shapeFault(parsed.error)}); remove the folder to go on from an earlier one`);
  checkIdentity(folder, parsed.data.identity, storable(identity));
  const weights = join(folder, 'state.safetensors');
  const { tensors } = await readSafetensors(weights);
  try {
    const values = new Map([...tensors].map(([name, tensor]) => [name, float32Of(tensor)]));
    parameters.assign(new Map(parameters.names.map((name) => [name, values.get(`parameter/${name}`) ?? new Float32Array()])));
    optimizer.assign(values);
  } catch (error) {
    throw new Error(`${weights}: not the weights of this model (${error instanceof Error ? error.message : String(error)}); remove ${folder} to go on from an earlier checkpoint`, { cause: error });
  }
  return parsed.data as Restored; // zod gives an absent number of threads as undefined
}

/** JSON has no infinity, and no clipping is a maximum norm of infinity. */
function storable(identity: RunIdentity): RunIdentity {
  return Object.fromEntries(Object.entries(identity).map(([field, value]) => [field, Number.isFinite(value) ? value : String(value)]));
}

/** Fields that differ, at most so many of them. */
const maxListed = 20;

function checkIdentity(folder: string, found: RunIdentity, wanted: RunIdentity): void {
  const fields = [...new Set([...Object.keys(found), ...Object.keys(wanted)])].filter((field) => found[field] !== wanted[field]);
  if (fields.length === 0) return;
  const shown = (value: string | number = 'absent') => printable(String(value), 200);
  const lines = fields.slice(0, maxListed).map((field) => `  ${printable(field)}: checkpoint ${shown(found[field])}, this run ${shown(wanted[field])}`);
  throw new Error(`${folder}: this checkpoint belongs to a run with other settings; give the run another folder, or the settings it began with\n${lines.join('\n')}`);
}
