/**
 * A distillation before its first step: the corpus open, teachers and student there and agreed on their classes, and what cannot be
 * matched refused.
 */
import type { Command } from 'commander';
import type { ScoreName } from '../evaluate/score.ts';
import type { Dimensions } from '../models/dimensions.ts';
import type { Objective } from '../objectives/objective.ts';
import { formatTable } from '../report/table.ts';
import type { LabelSpace } from '../text/example.ts';
import { weightsFor } from './class-weights.ts';
import type { LessonCorpus } from './classifier-corpus.ts';
import { checkAnswers } from './commands/label.ts';
import type { Console } from './console.ts';
import { firstOfSplits, openSplits } from './corpus-options.ts';
import { type DistillOptions, refuseOnBareText } from './distill-options.ts';
import { startEngine } from './engine-option.ts';
import { cutNotice } from './model-folder.ts';
import { chosenObjective, readsStates } from './objective-choice.ts';
import type { StartingModel } from './starting-model.ts';
import { corpusWarnings, type StreamedSplits, tokeniseSplits } from './streamed-splits.ts';
import { studentOf } from './student-choice.ts';
import { rankingMetric } from './training-options.ts';
import { refuseOptions } from './unused-options.ts';
import { agreeWith, openVoices, spokenKind, type Voice } from './voice.ts';
import { refuseUnheard, voiceContext } from './voice-options.ts';

export interface DistillLesson {
  readonly voices: readonly [Voice, ...Voice[]];
  readonly starting: StartingModel;
  /** What is learned from, and what is scored. */
  readonly splits: StreamedSplits;
  /** In the order of the student's classes. */
  readonly labels: LabelSpace;
  readonly metric: ScoreName;
  /** What wants the teacher's states, as '--objective pkd'. */
  readonly states: string | undefined;
  /** Tokenises what is learned from and what is scored, and tells what a person would want to know of them. */
  tokenised(splits: StreamedSplits): Promise<LessonCorpus>;
  objective(data: LessonCorpus, teaching: { readonly bareLabels: boolean }): Promise<Objective>;
}

interface Opening {
  readonly command: Command;
  readonly options: DistillOptions;
  readonly console: Console;
  readonly signal: AbortSignal;
}

/** Starts the engine too. @throws where the parts do not fit, naming them. */
export async function openDistillLesson({ teachers, corpus }: { teachers: readonly string[]; corpus: string }, { command, options, console, signal }: Opening): Promise<DistillLesson> {
  const { examples, labelKind = await spokenKind(teachers, options), ...rest } = options;
  const whole = await openSplits(corpus, { ...rest, ...(labelKind && { labelKind }) }, { taught: true });
  const isBare = whole.train.labels === undefined;
  if (isBare) {
    refuseOnBareText(command, options);
    console.note('the training text has no labels (no "label" in its first line): what the teacher says is all that is learned');
  }
  const metric = rankingMetric(options, whole.labels.kind);
  const splits = await firstOfSplits(whole, examples);
  await startEngine(console, options);
  const voices = await openVoices(teachers, voiceContext(splits.labels, options));
  refuseUnheard(command, voices);
  await checkAnswers(voices, whole, options);
  const starting = await studentOf(voices, splits, options);
  for (const notice of starting.notices) console.note(notice);
  if (starting.layerMap !== undefined) console.say(`${formatTable(['student', 'teacher'], starting.layerMap.map((row) => [row.student, row.teacher]))}\n`);
  const [first] = voices;
  const labels = agreeWith(first, splits.labels, { names: starting.config.labels, place: corpus });
  if (labels.kind === 'regression') refuseOptions(command, ['temperature', 'mean'], 'scores have neither a temperature nor several means: the student learns their plain mean by squared error');
  const sizes = { student: starting.config, teacher: readsStates(options) ? statesOf(first) : undefined };
  const lesson = { task: labels.kind, ...sizes };
  const matched = isBare ? { ...options, hardWeight: 0 } : options;
  const states = readsStates(options) ? `--objective ${options.objective}` : undefined;
  if (states !== undefined && voices.length > 1) throw new Error(`${states}: several teachers have no states in common; give one`);
  const refused = chosenObjective(matched, { ...lesson, bareLabels: false }).refusal?.({ ...sizes, examples: splits.train.size });
  if (refused !== undefined) throw new Error(`${states ?? '--objective'}: ${refused}`);
  return {
    voices, starting, splits, labels, metric, states,
    tokenised: async (taught) => {
      const data = await tokeniseSplits({ ...taught, labels }, starting.tokenizer, { maxTokens: starting.maxTokens, cache: options.cache, signal }, console);
      for (const warning of await corpusWarnings(taught, data, { isWeighed: options.classWeights !== undefined })) console.note(warning);
      const cut = cutNotice(data.everything);
      if (cut !== undefined) console.note(cut);
      return data;
    },
    objective: async (data, { bareLabels }) => {
      const classWeights = options.classWeights && (await weightsFor(options.classWeights, data.train.encoded, labels.kind));
      return chosenObjective(matched, { ...lesson, bareLabels, classWeights });
    },
  };
}

/** What is known of the layers that a teacher's states come from. */
function statesOf(voice: Voice): Dimensions | undefined {
  if (voice.kind === 'store') return voice.header.states ?? undefined;
  return voice.kind === 'model' ? voice.model?.model.config : undefined;
}
