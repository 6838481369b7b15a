/**
 * Loading a Hugging Face folder: config.json and its weights, strict in both directions. Only a head may be missing, and only
 * when the checkpoint was made for another task: then it is fresh, and a notice says so.
 */
import { join } from 'node:path';
import { randomKey } from '../engine/random.ts';
import { freshValues, type ParameterSpec } from '../nn/parameters.ts';
import { withCheckpoint } from '../storage/checkpoint.ts';
import { readJson } from '../storage/json.ts';
import type { StoredTensor } from '../storage/safetensors.ts';
import { canonicalNames, isHead } from './checkpoint-names.ts';
import type { EncoderConfig, Task } from './config.ts';
import { parseConfig } from './config-file.ts';
import { families } from './families.ts';
import { headSpecs } from './heads.ts';
import { createModel, type Model } from './model.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { loadFitting } from './strict-weights.ts';

export interface LoadOptions {
  /** The task to load for; by default the checkpoint's own. */
  readonly task?: Task;
  /** Class names of the task; by default the checkpoint's own. */
  readonly labels?: readonly string[];
  /** Seed of a fresh head. */
  readonly seed?: number;
}

export interface LoadedModel<M = Model> {
  readonly model: M;
  /** One line each: a head made fresh, stored heads left aside, settings of a search that are not obeyed. */
  readonly notices: readonly string[];
}

/** The configuration of a folder, without its weights. */
export async function readConfig(folder: string): Promise<EncoderConfig> {
  const file = join(folder, 'config.json');
  return parseConfig(await readJson(file), file);
}

/** @throws one error that lists the missing, unexpected and misshapen names. */
export async function loadModel(folder: string, { task, labels, seed = 0 }: LoadOptions = {}): Promise<LoadedModel> {
  const stored = await readConfig(folder);
  const config = configFor(stored, task ?? stored.task, labels, folder);
  const head = new Map(headSpecs(config).map((spec) => [spec.name, spec]));
  const key = randomKey(seed, 'head');
  const { parameters, fresh, left } = await withCheckpoint(folder, async (storedTensors) => {
    const tensors = canonicalNames(config.family, storedTensors, folder);
    const fresh = freshHeadNames(config, stored, head, tensors);
    const fitting = await loadFitting(parameterSpecs(config), tensors, {
      folder,
      what: `${config.family}, ${config.layers} layers, task ${config.task}`,
      fresh: { names: fresh, values: (spec) => freshValues(spec, key, config.initializerRange) },
      isAside: (name) => isHead(config.family, name),
    });
    return { ...fitting, fresh };
  });
  const notices = [
    ...(fresh.size > 0 ? [`fresh head (seed ${seed}), because ${folder} was not made for this task: ${[...fresh].join(', ')}`] : []),
    ...(left.length > 0 ? [`left aside, not part of this task: ${left.join(', ')}`] : []),
  ];
  return { model: createModel(config, parameters), notices };
}

/** The stored configuration for a task, with the classes it then has. */
function configFor(stored: EncoderConfig, task: Task, labels: readonly string[] | undefined, folder: string): EncoderConfig {
  if (task === 'none' || task === 'masked-lm') return { ...stored, task, labels: [] };
  const named = labels ?? stored.labels;
  if (named.length === 0) throw new Error(`${folder}: task ${task} needs the names of its classes (labels): the checkpoint, made for ${stored.task}, has none`);
  return { ...stored, task, labels: named };
}

/**
 * Which head parameters start fresh: those the checkpoint lacks when its own task is another, and the classifier when its
 * classes are others in number. A checkpoint of the same task must be whole.
 */
function freshHeadNames(config: EncoderConfig, stored: EncoderConfig, head: ReadonlyMap<string, ParameterSpec>, tensors: ReadonlyMap<string, StoredTensor>): Set<string> {
  const sameTask = config.task === stored.task && config.labels.length === stored.labels.length;
  if (sameTask) return new Set();
  const unfit = (spec: ParameterSpec) => {
    const tensor = tensors.get(spec.name);
    return tensor?.shape.join() !== spec.shape.join() || spec.name.startsWith(`${families[config.family].names.classifier}.`);
  };
  return new Set([...head.values()].filter(unfit).map(({ name }) => name));
}
