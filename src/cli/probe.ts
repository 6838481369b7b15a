/**
 * `--probe`: how alike the layers of a student and its teacher are, on some of the text, and the map of layers that follows. A student
 * that starts from nothing says nothing yet: then the teacher's layers are compared with each other, and those proposed that best stand
 * for all.
 */
import { layerCka } from '../evaluate/layer-cka.ts';
import { likestMap, standingLayers } from '../evaluate/layer-assignment.ts';
import { type Classifier, encoderOf } from '../models/classifiers.ts';
import { formatTable } from '../report/table.ts';
import { encodeText } from './rehearsal.ts';
import type { DistillLesson } from './distill-lesson.ts';
import { firstOfSplits } from './corpus-options.ts';
import { learningText } from './learning-text.ts';
import { readingLimit } from './teacher-voice.ts';

export interface Probe {
  readonly examples: number;
  /** What stands in the rows: the student's layers, or the teacher's again. */
  readonly rows: 'student' | 'teacher';
  /** Linear CKA, 0..1; row and column 0 are the embeddings. Null where one side does not vary. */
  readonly likeness: readonly (readonly (number | null)[])[];
  /** As `--match` takes it. */
  readonly match: string;
}

/** @throws where the teacher has no layers that can be looked at, or fewer than a fresh student. */
export async function probeLayers({ voices, splits, starting }: DistillLesson, { student, examples, maxTokens }: { student: Classifier; examples: number; maxTokens?: number }): Promise<Probe> {
  const own = encoderOf(student, '--probe');
  const [first] = voices;
  const teacher = first.kind === 'model' ? first.model : undefined;
  if (first.kind !== 'model' || teacher === undefined) throw new Error(`--probe: ${first.place} has no layers that can be looked at; give a model's folder as teacher`);
  const { train } = await firstOfSplits({ ...splits }, examples);
  const text = learningText(train);
  const told = { model: encoderOf(teacher.model, '--probe'), corpus: await encodeText(text, first.tokenizer, { maxTokens: readingLimit(first, maxTokens === undefined ? {} : { maxTokens }) }) };
  const read = starting.fresh ? told : { model: own, corpus: await encodeText(text, starting.tokenizer, { maxTokens: starting.maxTokens }) };
  const likeness = await layerCka(read, told, { examples });
  const map = starting.fresh ? standingLayers(likeness, own.config.layers) : likestMap(likeness);
  return {
    examples: train.size, rows: starting.fresh ? 'teacher' : 'student',
    likeness: likeness.map((row) => row.map((value) => (Number.isNaN(value) ? null : value))),
    match: map.map((layer, index) => `${index + 1}:${layer}`).join(','),
  };
}

/** The likeness as a table, and what to type. */
export function probeText({ examples, rows, likeness, match }: Probe): string {
  const named = (layer: number) => (layer === 0 ? 'embeddings' : `layer ${layer}`);
  const table = formatTable([rows, ...(likeness[0] ?? []).map((_, layer) => (layer === 0 ? 'embeddings' : String(layer)))], likeness.map((row, layer) => [named(layer), ...row.map((value) => value?.toFixed(3) ?? '–')]));
  const why = rows === 'student' ? 'the likest in rising order' : 'a fresh student says nothing yet: these of the teacher\'s layers best stand for all';
  return `likeness of layers (linear CKA, ${examples} examples; columns: the teacher's)\n${table}\n\n--match ${match}   (${why})`;
}
