/**
 * What a student is taught from: the teachers' voices joined to the corpus, and the examples that somebody speaks of. Where a file of
 * answers is silent, an example's own label speaks; an example that has neither is left out.
 */
import type { StoredLabels } from '../teacher/label-store.ts';
import { ensembleTeacher } from '../teacher/ensemble.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Corpus } from '../text/corpus.ts';
import type { Example } from '../text/example.ts';
import { formatCount } from '../report/units.ts';
import type { Splits } from './classifier-corpus.ts';
import { keepExamples, learningText } from './learning-text.ts';
import type { Run } from './run.ts';
import type { StartingModel } from './starting-model.ts';
import { areBareLabels, labelsOf, recordedVoices, type VoiceOptions } from './teacher-voice.ts';
import type { Voice } from './voice.ts';

export interface TeachingOptions extends VoiceOptions {
  readonly live?: boolean;
  readonly mean: 'arithmetic' | 'geometric';
}

export interface Teaching {
  readonly teacher: Teacher;
  /** With what nobody speaks of left out. */
  readonly splits: Splits;
  /** Whether every answer of every teacher is a bare label. */
  readonly bareLabels: boolean;
  /** One line each, for the person. */
  readonly notices: readonly string[];
}

/** @throws where teachers cannot be asked live, or nobody speaks of any training example. */
export async function teachingOf(run: Run, voices: readonly [Voice, ...Voice[]], splits: Splits, options: TeachingOptions & { student: StartingModel }): Promise<Teaching> {
  const { student, mean, live = false } = options;
  const names = student.config.labels;
  if (live) return { teacher: liveVoices(voices, student, mean), splits, bareLabels: false, notices: [] };
  const text = learningText(splits.train, splits.transfer);
  const stores: StoredLabels[] = [];
  for (const voice of voices) stores.push(await labelsOf(voice, text, { ...options, count: (label, unit, total) => run.count(label, unit, total), signal: run.signal }));
  const heard = whoIsHeard(stores, splits);
  return { teacher: recordedVoices(stores, { names, text, mean }), bareLabels: stores.every(areBareLabels), ...heard };
}

function whoIsHeard(stores: readonly StoredLabels[], splits: Splits): Pick<Teaching, 'splits' | 'notices'> {
  if (stores.every(({ header }) => header.silent === 0)) return { splits, notices: [] };
  const isSpoken = ({ id }: Example) => stores.every(({ rows }) => rows.has(id));
  const isHeard = (example: Example) => isSpoken(example) || example.label !== undefined;
  const train = keepExamples(splits.train, isHeard);
  if (train === undefined) throw new Error(`${splits.train.name}: no training example has an answer or a label`);
  const transfer = splits.transfer && keepExamples(splits.transfer, isHeard);
  const { transfer: _all, ...rest } = splits;
  const count = (corpora: readonly (Corpus | undefined)[], which: (example: Example) => boolean) => corpora.reduce((sum, corpus) => sum + (corpus?.examples.filter(which).length ?? 0), 0);
  const own = count([train, transfer], (example) => !isSpoken(example));
  const lost = count([splits.train, splits.transfer], (example) => !isHeard(example));
  const examples = (number: number) => `${formatCount(number)} ${number === 1 ? 'example' : 'examples'}`;
  return {
    splits: { ...rest, train, ...(transfer && { transfer }) },
    notices: [
      ...(own > 0 ? [`${examples(own)} without an answer, taught by the corpus's own label`] : []),
      ...(lost > 0 ? [`${examples(lost)} without an answer and without a label, left out`] : []),
    ],
  };
}

/** The name is part of a run's identity. */
function liveVoices(voices: readonly [Voice, ...Voice[]], { config, tokenizer, maxTokens }: StartingModel, mean: 'arithmetic' | 'geometric'): Teacher {
  const members = voices.map((voice) => {
    if (!('labeller' in voice)) throw new Error(`--live: ${voice.place} cannot be asked; its answers are stored`);
    if (voice.tokenizer.fingerprint !== tokenizer.fingerprint) throw new Error(`--live: the student and ${voice.place} cut text differently (their tokenizers have the fingerprints ${tokenizer.fingerprint.slice(0, 12)} and ${voice.tokenizer.fingerprint.slice(0, 12)}); leave --live away, and each reads with its own`);
    if (voice.positions < maxTokens) throw new Error(`--live: ${voice.place} has only ${voice.positions} positions, the student reads ${maxTokens} tokens; give --max-tokens ${voice.positions}`);
    if (voice.labels.join('\n') !== config.labels.join('\n')) throw new Error(`--live: the student answers ${config.labels.join(', ')}, ${voice.place} ${voice.labels.join(', ')}: they must order their classes alike; leave --live away, and they are matched by name`);
    return { ...voice.labeller, name: `live ${voice.labeller.fingerprint.slice(0, 16)}` };
  });
  const [only] = members;
  return only !== undefined && members.length === 1 ? only : ensembleTeacher(members, { task: voices[0].task, mean });
}
