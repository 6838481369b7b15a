/**
 * What a student is taught from: the teachers' voices joined to the corpus, and the examples that somebody speaks of. Where a file of
 * answers is silent, an example's own label speaks; an example that has neither is left out.
 */
import type { StoredLabels } from '../teacher/label-store.ts';
import { ensembleTeacher } from '../teacher/ensemble.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Example } from '../text/example.ts';
import { keepExamples, type StreamedCorpus } from '../text/streamed-corpus.ts';
import { formatCount } from '../report/units.ts';
import { learningText } from './learning-text.ts';
import type { StartingModel } from './starting-model.ts';
import type { StreamedSplits } from './streamed-splits.ts';
import { areBareLabels, type LabellingOptions, labelsOf, recordedVoices, type VoiceOptions } from './teacher-voice.ts';
import type { Voice } from './voice.ts';

export interface TeachingOptions extends VoiceOptions {
  readonly live?: boolean;
  /** What wants the teacher's states, as '--objective pkd': they are not stored, so a teacher that can be asked is. */
  readonly states?: string | undefined;
  readonly mean: 'arithmetic' | 'geometric';
}

export interface Teaching {
  readonly teacher: Teacher;
  /** With what nobody speaks of left out. */
  readonly splits: StreamedSplits;
  /** Whether every answer of every teacher is a bare label. */
  readonly bareLabels: boolean;
  /** One line each, for the person. */
  readonly notices: readonly string[];
}

/** @throws where teachers cannot be asked live, or nobody speaks of any training example. */
export async function teachingOf(voices: readonly [Voice, ...Voice[]], splits: StreamedSplits, options: TeachingOptions & LabellingOptions & { student: StartingModel }): Promise<Teaching> {
  const { student, mean, live = false, states } = options;
  const names = student.config.labels;
  if (live) return { teacher: liveVoices(voices, student, mean, '--live'), splits, bareLabels: false, notices: [] };
  if (states !== undefined && voices.every(({ kind }) => kind === 'model')) {
    return { teacher: liveVoices(voices, student, mean, states), splits, bareLabels: false, notices: [`${states} reads the teacher's states, which are not stored: it is asked at every step`] };
  }
  const text = learningText(splits.train, splits.transfer);
  const stores: StoredLabels[] = [];
  for (const voice of voices) stores.push(await labelsOf(voice, text, options));
  const heard = await whoIsHeard(stores, splits);
  return { teacher: await recordedVoices(stores, { names, text, mean }), bareLabels: stores.every(areBareLabels), ...heard };
}

async function whoIsHeard(stores: readonly StoredLabels[], splits: StreamedSplits): Promise<Pick<Teaching, 'splits' | 'notices'>> {
  if (stores.every(({ header }) => header.silent === 0)) return { splits, notices: [] };
  const isSpoken = ({ id }: Example) => stores.every(({ rows }) => rows.has(id));
  let [own, lost] = [0, 0];
  const heardOf = async (corpus: StreamedCorpus): Promise<StreamedCorpus | undefined> => {
    const kept = await keepExamples(corpus, (example) => isSpoken(example) || example.label !== undefined);
    for await (const example of kept?.read() ?? []) own += isSpoken(example) ? 0 : 1;
    lost += corpus.size - (kept?.size ?? 0);
    return kept;
  };
  const train = await heardOf(splits.train);
  if (train === undefined) throw new Error(`${splits.train.name}: no training example has an answer or a label`);
  const transfer = splits.transfer && (await heardOf(splits.transfer));
  const { transfer: _all, ...rest } = splits;
  const examples = (number: number) => `${formatCount(number)} ${number === 1 ? 'example' : 'examples'}`;
  return {
    splits: { ...rest, train, ...(transfer && { transfer }) },
    notices: [
      ...(own > 0 ? [`${examples(own)} without an answer, taught by the corpus's own label`] : []),
      ...(lost > 0 ? [`${examples(lost)} without an answer and without a label, left out`] : []),
    ],
  };
}

/** The name is part of a run's identity. `why` it is asked live: '--live', or what reads its states. */
function liveVoices(voices: readonly [Voice, ...Voice[]], { config, tokenizer, maxTokens }: StartingModel, mean: 'arithmetic' | 'geometric', why: string): Teacher {
  const without = (mend: string) => (why === '--live' ? `leave --live away, and ${mend}` : 'take a student that starts with the teacher\'s (--size or --layers)');
  const members = voices.map((voice) => {
    if (!('labeller' in voice)) throw new Error(`${why}: ${voice.place} cannot be asked; its answers are stored`);
    if (voice.tokenizer.fingerprint !== tokenizer.fingerprint) throw new Error(`${why}: the student and ${voice.place} cut text differently (their tokenizers have the fingerprints ${tokenizer.fingerprint.slice(0, 12)} and ${voice.tokenizer.fingerprint.slice(0, 12)}); ${without('each reads with its own')}`);
    if (voice.positions < maxTokens) throw new Error(`${why}: ${voice.place} has only ${voice.positions} positions, the student reads ${maxTokens} tokens; give --max-tokens ${voice.positions}`);
    if (voice.task !== 'regression' && voice.labels.join('\n') !== config.labels.join('\n')) throw new Error(`${why}: the student answers ${config.labels.join(', ')}, ${voice.place} ${voice.labels.join(', ')}: they must order their classes alike; ${without('they are matched by name')}`);
    return { ...voice.labeller, name: `live ${voice.labeller.fingerprint.slice(0, 16)}` };
  });
  const [only] = members;
  return only !== undefined && members.length === 1 ? only : ensembleTeacher(members, { task: voices[0].task, mean });
}
