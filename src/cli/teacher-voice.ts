/**
 * How a teacher's folder speaks in a run: from its label store, which is made where it is missing, or live; and what it says about
 * the test split, for the table at the end.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { classificationScores, predictedClasses } from '../evaluate/classification.ts';
import { labelCorpus, labelSource } from '../teacher/label-corpus.ts';
import { openLabels, type StoredLabels } from '../teacher/label-store.ts';
import { recordedTeacher } from '../teacher/recorded.ts';
import { liveTeacher, type Teacher } from '../teacher/teacher.ts';
import { exampleCount, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { type JudgedClassifier, latencyOf } from './classifier.ts';
import type { EncodedSplit } from './classifier-corpus.ts';
import type { ModelFolder } from './model-folder.ts';
import type { Run } from './run.ts';

export interface VoiceOptions {
  /** A store, or the folder of stores. */
  readonly labels: string;
  readonly live?: boolean;
}

/** @throws if `labels` is a store of something else, with both sides. */
export async function openVoice(run: Run, teacher: ModelFolder, corpus: TokenisedCorpus, { labels, live = false }: VoiceOptions): Promise<Teacher> {
  if (!live) return recordedTeacher(await labelsOf(run, teacher, corpus, labels));
  const { teacher: address } = await labelSource(teacher.model, corpus);
  return liveTeacher(teacher.model, { name: `live ${address.slice(0, 16)}` }); // the name is part of a run's identity
}

/** The teacher as a row of the comparison; its logits on the test split are labels like others. */
export async function judgeTeacher(run: Run, { folder, model, bytes, ...rest }: ModelFolder, { encoded }: EncodedSplit, root: string): Promise<JudgedClassifier> {
  if (encoded.labels?.kind !== 'single-label') throw new Error('the test split wants one class per example');
  const { logits } = await labelsOf(run, { folder, model, bytes, ...rest }, encoded, root);
  const classes = model.config.labels.length;
  const scores = classificationScores({ predictions: predictedClasses(logits, classes), labels: encoded.labels.indices, classes });
  return { name: 'teacher', model: folder, parameters: model.parameters.count, bytes, scores, latencyMs: await latencyOf(model, encoded), trainMs: 0, reused: true, logits };
}

async function labelsOf(run: Run, { model }: ModelFolder, corpus: TokenisedCorpus, root: string): Promise<StoredLabels> {
  if (await isStore(root)) return openLabels(root, await labelSource(model, corpus));
  const onProgress = run.count('labels', 'examples', exampleCount(corpus));
  return labelCorpus(model, corpus, { root, onProgress, signal: run.signal });
}

export function isStore(folder: string): Promise<boolean> {
  return access(join(folder, 'header.json')).then(() => true, () => false);
}
