/**
 * What a distillation is timed on: a teacher that speaks as it will, of some examples spread evenly over the text. What it says of them
 * lies in a folder of its own and is gone afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spreadRows } from '../evaluate/model-latency.ts';
import { makeCorpus } from '../text/corpus.ts';
import { concatenate, encodeCorpus, type EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Example } from '../text/example.ts';
import { gather, type StreamedCorpus, streamOf } from '../text/streamed-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Console } from './console.ts';
import type { DistillLesson } from './distill-lesson.ts';
import type { DistillOptions } from './distill-options.ts';
import { type Teaching, teachingOf } from './distillation.ts';
import { learningText, type LearningText } from './learning-text.ts';

export interface Rehearsal {
  readonly teaching: Teaching;
  /** The examples, with the labels that they have. */
  readonly text: LearningText;
}

/** @throws where some teachers can be asked and others have spoken already: their examples are not the same. */
export async function withRehearsal<T>(lesson: DistillLesson, { options, console, signal }: { options: DistillOptions; console: Console; signal: AbortSignal }, work: (rehearsal: Rehearsal) => Promise<T>): Promise<T> {
  const { voices, starting, splits, states } = lesson;
  const asked = voices.filter((voice) => 'labeller' in voice).length;
  if (asked > 0 && asked < voices.length) throw new Error('plan times teachers that are asked, or labels that are there, not both at once; label the corpus first: retort label');
  const folder = await mkdtemp(join(tmpdir(), 'retort-plan-'));
  try {
    const rehearsed = asked === 0 ? splits : { ...splits, ...(await spreadOf(splits, 8 * options.rows)) };
    const cache = join(folder, 'tokens');
    const teaching = await teachingOf(voices, rehearsed, { ...options, labels: join(folder, 'labels'), cache, console, signal, student: starting, states });
    const { train, transfer } = await spreadOf(teaching.splits, 8 * options.rows);
    return await work({ teaching, text: learningText(train, transfer) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The examples as a tokenizer cuts them. */
export async function encodeText({ corpora: [first, ...others] }: LearningText, tokenizer: Tokenizer, options: Parameters<typeof encodeCorpus>[2]): Promise<EncodedCorpus> {
  const encode = async (corpus: StreamedCorpus) => encodeCorpus(await gather(corpus), tokenizer, options);
  let all = await encode(first);
  for (const other of others) all = concatenate(all, await encode(other));
  return all;
}

async function spreadOf({ train, transfer }: { train: StreamedCorpus; transfer?: StreamedCorpus }, wanted: number): Promise<{ train: StreamedCorpus; transfer?: StreamedCorpus }> {
  const some = async (corpus: StreamedCorpus): Promise<StreamedCorpus> => {
    const places = new Set(spreadRows(corpus.size, wanted));
    const kept: Example[] = [];
    let place = 0;
    for await (const example of corpus.read()) if (places.has(place++)) kept.push(example);
    return streamOf(makeCorpus(kept, corpus));
  };
  return { train: await some(train), ...(transfer && { transfer: await some(transfer) }) };
}
