/**
 * What a distillation would cost, before anything is spent: parameters, memory, label bytes and operations from its shapes, time from a
 * few steps of it on this engine. Nothing is kept but tokenised text.
 */
import { engineFacts } from '../engine/engine.ts';
import { meanFlops } from '../evaluate/flops.ts';
import { type StepMemory, stepMemory } from '../evaluate/step-memory.ts';
import type { Classifier } from '../models/classifiers.ts';
import { described, type Objective, type Shapes } from '../objectives/objective.ts';
import type { StoredWants } from '../teacher/label-header.ts';
import { labelBytes } from '../teacher/label-bytes.ts';
import { labelSource } from '../teacher/label-corpus.ts';
import { findLabels } from '../teacher/label-store.ts';
import { exampleCount, rowLengths } from '../text/tokenised-corpus.ts';
import type { TrainSettings } from '../train/train.ts';
import type { Console } from './console.ts';
import type { DistillLesson } from './distill-lesson.ts';
import type { DistillOptions } from './distill-options.ts';
import { fingerprintOf, idsOf, learningText } from './learning-text.ts';
import { matchTable } from './match-table.ts';
import { encodeText, withRehearsal } from './rehearsal.ts';
import { exampleMs, stepMs } from './step-time.ts';
import { isStore, readingLimit } from './teacher-voice.ts';
import { trainSettings } from './training-options.ts';
import type { ReadingVoice } from './voice.ts';

export interface TeacherPlan {
  readonly place: string;
  /** Absent of a teacher whose insides are not known. */
  readonly parameters?: number;
  readonly flops?: number;
  /** Of the store that the run makes of what it says, and whether that is there already. Absent where nothing is stored. */
  readonly labels?: { readonly bytes: number; readonly stored: boolean };
  /** For one example, where it is asked. */
  readonly exampleMs?: number;
}

export interface Plan {
  readonly objective: string;
  /** The table of matched layers, where some are. */
  readonly matches?: string;
  /** Whether the teacher is asked at every step. */
  readonly live: boolean;
  readonly student: { readonly family: string; readonly layers: number; readonly width: number; readonly parameters: number; /** The objective's own. */ readonly auxiliary: number; readonly flops: number };
  readonly teachers: readonly TeacherPlan[];
  readonly examples: number;
  readonly steps: number;
  readonly rows: number;
  /** Of the widest batch. */
  readonly tokens: number;
  readonly memory: StepMemory;
  /** Floating-point operations of a step. */
  readonly stepFlops: number;
  readonly time: PlannedTime;
}

/** In milliseconds. */
export interface PlannedTime {
  readonly step: number;
  readonly training: number;
  readonly scoring: number;
  readonly labelling: number;
  readonly total: number;
}

interface Planning {
  readonly options: DistillOptions;
  readonly console: Console;
  readonly signal: AbortSignal;
}

export async function planOf(lesson: DistillLesson, { student }: { student: Classifier }, { options, console, signal }: Planning): Promise<Plan> {
  const { starting, voices, labels } = lesson;
  return withRehearsal(lesson, { options, console, signal }, async ({ teaching, text }) => {
    const asked = voices.filter((voice): voice is ReadingVoice => 'labeller' in voice);
    const heard = asked.length === 0 ? teaching.splits : lesson.splits;
    const learned = learningText(heard.train, heard.transfer);
    const data = await lesson.tokenised(heard);
    const examples = exampleCount(data.everything);
    const objective = await lesson.objective(data, teaching);
    const settings = trainSettings(options, { ...starting, examples });
    const live = options.live === true || (lesson.states !== undefined && voices.every(({ kind }) => kind === 'model'));
    const shapes = { student: student.config, teacher: teaching.teacher.dimensions, examples };
    const auxiliary = ownNumbers(objective, shapes);
    const lengths = rowLengths(data.everything);
    const tokens = Math.min(starting.maxTokens, 8 * Math.ceil(lengths.reduce((most, length) => Math.max(most, length), 0) / 8));

    const sample = await encodeText(text, starting.tokenizer, { maxTokens: starting.maxTokens, labels });
    const scoringMs = await exampleMs(student, data.dev.encoded, signal);
    const teachers: TeacherPlan[] = [];
    for (const voice of voices) {
      if (!('labeller' in voice)) {
        teachers.push({ place: voice.place });
        continue;
      }
      const read = await encodeText(text, voice.tokenizer, { maxTokens: readingLimit(voice, options) });
      teachers.push({
        place: voice.place,
        ...(voice.model && { parameters: voice.model.model.parameters.count, flops: meanFlops(voice.model.model.config, rowLengths(read)) }),
        ...(!live && { labels: await plannedLabels(voice, { learned, examples, options }), exampleMs: await exampleMs(voice.labeller, read, signal) }),
      });
    }
    const step = await stepMs({ student, objective, teacher: teaching.teacher, corpus: sample, settings, signal });

    const speakers = live ? asked.flatMap(({ model }) => (model ? [model.model] : [])) : [];
    const [speaking] = speakers;
    const facts = engineFacts();
    const studentFlops = meanFlops(student.config, lengths);
    const spokenFlops = live ? teachers.reduce((sum, { flops = 0 }) => sum + flops, 0) : 0;
    const training = step * settings.steps;
    const scoring = scoringMs * (data.dev.encoded.exampleIds.length * scoringsOf(settings) + data.test.encoded.exampleIds.length);
    const labelling = teachers.reduce((sum, { labels: stored, exampleMs: ms = 0 }) => sum + (stored?.stored === false ? ms * examples : 0), 0);
    const matches = matchTable(objective, { student: student.config, teacher: teaching.teacher.dimensions });
    return {
      objective: described(objective), ...(matches !== undefined && { matches }), live,
      student: { family: student.config.family, layers: student.config.layers, width: student.config.width, parameters: student.parameters.count, auxiliary, flops: studentFlops },
      teachers, examples, steps: settings.steps, rows: settings.rows, tokens,
      memory: stepMemory({
        student: student.config, learned: student.parameters.count + auxiliary, wants: objective.wants.student, tokens,
        rows: settings.rows / settings.accumulation, accumulation: settings.accumulation, activationBytes: facts.precision === 'bf16' ? 2 : 4, keepsProbabilities: facts.engine !== 'torch' || facts.device !== 'cpu',
        ...(speaking && { teacher: { model: speaking.config, parameters: speakers.reduce((sum, { parameters }) => sum + parameters.count, 0), wants: objective.wants.teacher } }),
      }),
      stepFlops: settings.rows * (3 * studentFlops + spokenFlops),
      time: { step, training, scoring, labelling, total: training + scoring + labelling },
    };
  });
}

function ownNumbers(objective: Objective, shapes: Shapes): number {
  return (objective.parameters?.(shapes) ?? []).reduce((sum, { shape, fixed }) => sum + (fixed ? 0 : shape.reduce((product, side) => product * side, 1)), 0);
}

/** How often `train` scores on dev: as often as asked, and at the end. */
function scoringsOf({ steps, evaluateEvery }: TrainSettings): number {
  return evaluateEvery === 0 ? 1 : Math.ceil(steps / evaluateEvery);
}

async function plannedLabels(voice: ReadingVoice, { learned, examples, options }: { learned: ReturnType<typeof learningText>; examples: number; options: DistillOptions }): Promise<{ bytes: number; stored: boolean }> {
  const wants: StoredWants = { logits: true };
  const source = await labelSource(voice.labeller, { corpus: fingerprintOf(learned), tokenizer: voice.tokenizer.fingerprint, maxTokens: readingLimit(voice, options) });
  let idBytes = 0;
  for await (const id of idsOf(learned)) idBytes += Buffer.byteLength(id);
  const stored = (await isStore(options.labels)) || (await findLabels(options.labels, { source, wants })) !== undefined;
  return { bytes: labelBytes({ wants, source, states: null }, { examples, tokens: 0, idBytes }), stored };
}
