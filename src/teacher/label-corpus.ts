/**
 * Labelling a corpus once, so that any number of students can learn from it: the teacher's logits of every example, shard by shard,
 * resumable at any shard.
 */
import { upload } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import type { Model } from '../models/model.ts';
import { evaluationBatches } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { exampleCount, sliceRows, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { fingerprint, sha256 } from '../storage/hash.ts';
import type { LabelSource } from './label-header.ts';
import { LabelWriter, openLabels, type StoredLabels } from './label-store.ts';

export interface LabelOptions {
  /** Folder of all stores. */
  readonly root: string;
  /** Examples per batch and per shard. */
  readonly rows?: number;
  readonly shardRows?: number;
  /** Hears how many of how many examples are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between shards. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Logits of every example, [N, C] in corpus order, in inference mode.
 */
export async function classLogits(model: Model, corpus: EncodedCorpus, { rows = 64, onProgress, signal }: Pick<LabelOptions, 'rows' | 'onProgress' | 'signal'> = {}): Promise<Float32Array> {
  const classes = model.config.labels.length;
  if (classes === 0) throw new Error(`class logits need a classifier, not a model of task '${model.config.task}'`);
  const all = new Float32Array(corpus.exampleIds.length * classes);
  let done = 0;
  for (const host of evaluationBatches(corpus, { rows, padId: model.config.padId })) {
    signal?.throwIfAborted();
    const batch = upload(host);
    const logits = tf.tidy(() => model.forward(batch, { logits: true }).logits);
    const values = await logits.data();
    logits.dispose();
    batch.dispose();
    host.order.forEach((row, i) => all.set(values.subarray(i * classes, (i + 1) * classes), row * classes));
    done += host.rows;
    onProgress?.(done, corpus.exampleIds.length);
    await new Promise((resume) => setImmediate(resume)); // lets Ctrl-C and the progress line through
  }
  return all;
}

/** Labels what is not labelled yet and opens the store. */
export async function labelCorpus(teacher: Model, corpus: TokenisedCorpus, { root, shardRows = 4096, onProgress, ...options }: LabelOptions): Promise<StoredLabels & { folder: string }> {
  const total = exampleCount(corpus);
  const source = await labelSource(teacher, corpus);
  const writer = await LabelWriter.open(root, source, total);
  while (!writer.complete) {
    const from = writer.stored;
    const shard = await sliceRows(corpus, from, Math.min(total, from + shardRows));
    const logits = await classLogits(teacher, shard, { ...options, onProgress: (done) => onProgress?.(from + done, total) });
    await writer.append(shard.exampleIds, logits);
  }
  return { ...(await openLabels(writer.folder, source)), folder: writer.folder };
}

/** What determines the labels: the teacher's numbers and everything it is shown. */
export async function labelSource(teacher: Model, corpus: TokenisedCorpus): Promise<LabelSource> {
  return {
    teacher: await modelFingerprint(teacher),
    tokenizer: corpus.tokenizer,
    corpus: corpus.corpus,
    maxTokens: corpus.maxTokens,
    labels: [...teacher.config.labels],
  };
}

/** SHA-256 over names, shapes and values of all parameters, and over what the configuration computes with. */
export async function modelFingerprint({ config, parameters }: Model): Promise<string> {
  const { source: _source, ...computed } = config;
  const values = [...(await parameters.read())].map(([name, { shape, data }]) => [name, shape, fingerprintOf(data)]);
  return fingerprint([computed, values]);
}

function fingerprintOf(data: Float32Array): string {
  return sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
