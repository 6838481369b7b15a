/**
 * A teacher whose answers to a whole corpus can be kept: it knows its classes, and has an address that changes when any of its
 * answers could.
 */
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { fingerprint, sha256 } from '../storage/hash.ts';
import type { LabelHeader, LabelSource } from './label-header.ts';
import { liveTeacher, type Teacher } from './teacher.ts';

export interface Labeller extends Teacher {
  readonly fingerprint: string;
  readonly task: LabelSource['task'];
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  /** What batches are padded with. */
  readonly padId: number;
  /** Of its hidden states; null where it says none. */
  readonly states: LabelHeader['states'];
}

/** A model as a labeller. @throws for a model without classes. */
export async function modelLabeller(model: Model<ModelFacts>, options: { name?: string } = {}): Promise<Labeller> {
  const { task, labels, padId, width, layers } = model.config;
  return { ...liveTeacher(model, options), fingerprint: await modelFingerprint(model), task: classTask(task), labels, padId, states: { width, layers } };
}

/** @throws for a task without class logits. */
export function classTask(task: ModelFacts['task']): LabelSource['task'] {
  if (task === 'none' || task === 'masked-lm' || task === 'translation') throw new Error(`class logits need a classifier, not a model of task '${task}'`);
  return task;
}

/** SHA-256 over names, shapes and values of all parameters, and over what the configuration computes with. */
export async function modelFingerprint({ config, parameters }: Model<ModelFacts>): Promise<string> {
  const { source: _source, embeddingWidth, ...rest } = config;
  // Where it says nothing new it stays out: what was labelled before it existed keeps its address.
  const computed = { ...rest, ...(embeddingWidth !== config.width && { embeddingWidth }) };
  const values: [name: string, shape: number[], hash: string][] = [];
  for (const [name, variable] of parameters.entries()) {
    const data = await variable.data(); // one at a time: a copy of all would double what a large teacher takes
    values.push([name, variable.shape, sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]);
  }
  return fingerprint([computed, values]);
}
