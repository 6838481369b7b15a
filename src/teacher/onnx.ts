/**
 * A teacher in ONNX: any classifier's folder of transformers.js or Optimum, run by the ONNX Runtime that comes with transformers.js,
 * with the folder's own tokenizer. It says class logits only, and is loaded when it is asked for.
 */
import { join, resolve } from 'node:path';
import type * as TransformersJs from '@huggingface/transformers';
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import { type ClassFacts, classFacts } from '../models/class-facts.ts';
import type { SignalOf, Wants } from '../models/output.ts';
import { widenFp16 } from '../storage/halves.ts';
import { fingerprint } from '../storage/hash.ts';
import { readJson } from '../storage/json.ts';
import { printable } from '../storage/quoted.ts';
import { findOnnx, fingerprintOnnx } from '../storage/onnx-folder.ts';
import { loadTokenizer } from '../text/tokenizer-files.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Labeller } from './labeller.ts';

export interface OnnxTeacher extends Labeller {
  readonly tokenizer: Tokenizer;
  /** Longest text, in tokens. */
  readonly positions: number;
  /** Of the ONNX file and its weights. */
  readonly bytes: number;
  dispose(): Promise<void>;
}

/** Where neither config nor tokenizer says how long a text may be. */
const usualPositions = 512;

/** @throws one sentence that names the folder: no ONNX file, no classes, a file that ONNX Runtime does not load. */
export async function openOnnxTeacher(folder: string): Promise<OnnxTeacher> {
  const file = await findOnnx(folder);
  if (file === undefined) throw new Error(`${folder}: no ONNX file in it; an ONNX teacher is a folder with config.json, tokenizer.json and onnx/model.onnx or model.onnx`);
  const config = join(folder, 'config.json');
  const json = await readJson(config);
  const facts = classFacts(json, config);
  const tokenizer = await loadTokenizer(folder);
  const { vocabulary = Infinity } = facts;
  if (tokenizer.vocabularySize > vocabulary) throw new Error(`${folder}: the tokenizer has ids up to ${tokenizer.vocabularySize - 1}, the model embeddings for ${vocabulary}; they do not belong together`);
  const padId = padIdOf(tokenizer, folder);
  const session = await load(folder, file);
  const name = `onnx ${facts.family} ${file.name}`;
  const can = (wants: Wants) => {
    const beyond = Object.keys(wants).filter((want) => want !== 'logits' && want !== 'members');
    return beyond.length === 0 ? undefined : `an ONNX teacher says class logits, but ${beyond.join(', ')} are wanted: use a live model`;
  };
  return {
    name,
    can,
    says: async <W extends Wants>(batch: Batch, wants: W) => {
      const refusal = can(wants);
      if (refusal !== undefined) throw new Error(`${folder}: ${refusal}`);
      const logits = await run(session, batch, { folder, facts });
      const members = wants.members && tf.expandDims(logits, 0); // an ensemble of one
      if (!wants.logits) logits.dispose();
      return { ...(wants.logits && { logits }), ...(members && { members }) } as SignalOf<W>;
    },
    fingerprint: fingerprint({ onnx: await fingerprintOnnx(folder, file), task: facts.task, labels: facts.labels }),
    task: facts.task,
    labels: facts.labels,
    padId,
    states: null,
    tokenizer,
    positions: positionsOf(facts, tokenizer),
    bytes: file.bytes,
    dispose: () => session.model.dispose().then(() => undefined),
  };
}

interface Session {
  readonly library: typeof TransformersJs;
  readonly model: TransformersJs.PreTrainedModel;
}

async function load(folder: string, { subfolder, name, path }: { subfolder: string; name: string; path: string }): Promise<Session> {
  const library = await import('@huggingface/transformers');
  try {
    // The base class runs a graph of any family; a relative path could pass for a name on the hub.
    const options = { local_files_only: true, dtype: 'fp32', device: 'cpu', subfolder, model_file_name: name } as const;
    return { library, model: await quietly(library, () => library.PreTrainedModel.from_pretrained(resolve(folder), options)) };
  } catch (cause) {
    throw new Error(`${path}: ONNX Runtime cannot load it: ${firstLine(cause)}`, { cause });
  }
}

/** Without a word on the console, and without a look at other places than this machine. */
async function quietly<T>({ env, LogLevel }: typeof TransformersJs, work: () => Promise<T>): Promise<T> {
  const { allowLocalModels, allowRemoteModels, logLevel } = env;
  Object.assign(env, { allowLocalModels: true, allowRemoteModels: false, logLevel: LogLevel.NONE });
  try {
    return await work();
  } finally {
    Object.assign(env, { allowLocalModels, allowRemoteModels, logLevel });
  }
}

/** [B, C] */
async function run({ library, model }: Session, batch: Batch, { folder, facts }: { folder: string; facts: ClassFacts }): Promise<tf.Tensor> {
  const read = async (tensor: tf.Tensor) => new library.Tensor('int64', BigInt64Array.from(await tensor.data(), BigInt), [batch.rows, batch.width]);
  const inputs = { input_ids: await read(batch.inputIds), attention_mask: await read(batch.mask), token_type_ids: await read(batch.typeIds) };
  const said = await quietly(library, () => model(inputs) as Promise<Record<string, TransformersJs.Tensor>>).catch((cause: unknown) => {
    throw new Error(`${folder}: ONNX Runtime cannot run it on a batch [${batch.rows}, ${batch.width}]: ${firstLine(cause)}`, { cause });
  });
  const [first] = Object.values(said);
  const logits = said.logits ?? (Object.keys(said).length === 1 ? first : undefined);
  const classes = facts.labels.length;
  if (logits?.dims.join() !== [batch.rows, classes].join()) {
    const given = logits === undefined ? `outputs ${Object.keys(said).join(', ')}` : `[${logits.dims.join(', ')}]`;
    throw new Error(`${folder}: the ONNX file gives ${given} where logits [${batch.rows}, ${classes}] are expected of the classes ${facts.labels.join(', ')}`);
  }
  return tf.tensor2d(floats(logits), [batch.rows, classes]);
}

function floats({ type, data }: TransformersJs.Tensor): Float32Array {
  if (type === 'float16') return widenFp16(new Uint16Array((data as Uint16Array).buffer, (data as Uint16Array).byteOffset, (data as Uint16Array).length));
  return Float32Array.from(data as ArrayLike<number>);
}

function positionsOf({ positions = usualPositions }: ClassFacts, tokenizer: Tokenizer): number {
  const { model_max_length: said } = tokenizer.config.published;
  return typeof said === 'number' && said > 0 ? Math.min(positions, said) : positions;
}

function padIdOf(tokenizer: Tokenizer, folder: string): number {
  try {
    return tokenizer.padId;
  } catch (cause) {
    throw new Error(`${folder}: ${firstLine(cause)}`, { cause });
  }
}

function firstLine(error: unknown): string {
  return printable((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '', 300);
}
