/**
 * Labelling a corpus once, so that any number of students can learn from it: what the teacher says of every example, shard by shard,
 * resumable at any shard.
 */
import { upload } from '../engine/batch.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import type { Wants } from '../models/output.ts';
import { evaluationBatches } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { exampleCount, sliceRows, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { type LabelSource, storable, type StoredWants } from './label-header.ts';
import { type LabelPlan, type ShardValues, type StoredLabels, storeOnce } from './label-store.ts';
import { type Labeller, modelLabeller } from './labeller.ts';
import { ShardAnswers } from './shard-answers.ts';
import { disposeSignal } from './teacher.ts';

export interface LabelOptions {
  /** Folder of all stores. */
  readonly root: string;
  /** What to keep beside the class logits: `pooled`, `cls` and `hidden` of some layers, in 16 bits. */
  readonly wants?: Wants;
  /** Examples per batch, and per shard (default: 4096, or what comes to 64 MB). */
  readonly rows?: number;
  readonly shardRows?: number;
  /** Hears how many of how many examples are done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between batches; what was stored stays. */
  readonly signal?: AbortSignal | undefined;
}

type AskOptions = Pick<LabelOptions, 'rows' | 'onProgress' | 'signal'>;

/**
 * Logits of every example, [N, C] in corpus order, in inference mode.
 */
export async function classLogits(teacher: Model<ModelFacts> | Labeller, corpus: EncodedCorpus, options: AskOptions = {}): Promise<Float32Array> {
  const { logits } = await askAll(await labellerOf(teacher), corpus, { ...options, wants: { logits: true } });
  return logits?.values as Float32Array;
}

/** Labels what is not labelled yet and opens the store. @throws if another process is labelling into it. */
export async function labelCorpus(teacher: Model<ModelFacts> | Labeller, corpus: TokenisedCorpus, { root, wants = {}, onProgress, ...options }: LabelOptions): Promise<StoredLabels> {
  const labeller = await labellerOf(teacher);
  const plan = await labelPlan(labeller, corpus, wants);
  const refusal = labeller.can(plan.wants);
  if (refusal !== undefined) throw new Error(`${labeller.name} cannot label so: ${refusal}`);
  const total = exampleCount(corpus);
  const { shardRows = usualShardRows(plan, corpus.maxTokens) } = options;
  return storeOnce(root, plan, async (writer) => {
    while (!writer.complete) {
      const from = writer.stored;
      const shard = await sliceRows(corpus, from, Math.min(total, from + shardRows));
      const values = await askAll(labeller, shard, { ...options, wants: plan.wants, onProgress: (count) => onProgress?.(from + count, total) });
      await writer.append(shard.exampleIds, values);
    }
  });
}

/** What determines the labels: the teacher's numbers and everything it is shown. */
export async function labelSource(teacher: Model<ModelFacts> | Labeller, corpus: Pick<EncodedCorpus, 'corpus' | 'tokenizer' | 'maxTokens'>): Promise<LabelSource> {
  const { fingerprint, task, labels } = await labellerOf(teacher);
  return { teacher: fingerprint, tokenizer: corpus.tokenizer, corpus: corpus.corpus, maxTokens: corpus.maxTokens, task, labels: [...labels] };
}

async function labelPlan(labeller: Labeller, corpus: TokenisedCorpus, asked: Wants): Promise<LabelPlan & { wants: StoredWants }> {
  const wants = storable(asked, { layers: labeller.states?.layers ?? 0 });
  const keepsStates = Object.keys(wants).length > 1;
  return { source: await labelSource(labeller, corpus), voice: labeller.name, examples: exampleCount(corpus), wants, states: keepsStates ? labeller.states : null };
}

function labellerOf(teacher: Model<ModelFacts> | Labeller): Promise<Labeller> {
  return 'forward' in teacher ? modelLabeller(teacher) : Promise.resolve(teacher);
}

/** Everything a teacher says of a corpus, in corpus order. */
async function askAll(labeller: Labeller, corpus: EncodedCorpus, { wants, rows = 64, onProgress, signal }: AskOptions & { wants: StoredWants }): Promise<ShardValues> {
  const answers = new ShardAnswers(labeller, corpus, wants);
  let done = 0;
  for (const host of evaluationBatches(corpus, { rows, padId: labeller.padId })) {
    signal?.throwIfAborted();
    const batch = upload(host);
    const said = await labeller.says(batch, wants);
    await answers.enter(host, said);
    disposeSignal(said);
    batch.dispose();
    done += host.rows;
    onProgress?.(done, corpus.exampleIds.length);
    await new Promise((resume) => setImmediate(resume)); // lets Ctrl-C and the progress line through
  }
  return answers.values;
}

const shardBytes = 2 ** 26;

function usualShardRows({ wants, states, source }: LabelPlan, maxTokens: number): number {
  const { pooled, cls = [], hidden = [] } = wants ?? {};
  const vectors = (pooled ? 1 : 0) + cls.length + hidden.length * maxTokens;
  const bytes = source.labels.length * 4 + (states?.width ?? 0) * vectors * 2;
  return Math.min(4096, Math.max(1, Math.floor(shardBytes / bytes)));
}
