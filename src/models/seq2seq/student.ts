/**
 * A student cut from a teacher: chosen layers of its encoder and of its decoder, with everything that stands below and above them (Shleifer &
 * Rush 2020, "Pre-trained summarization distillation", section 3.1; shallow decoders: Kasai et al. 2021, "Deep encoder, shallow decoder").
 * It trains nothing.
 */
import { Parameters } from '../../nn/parameters.ts';
import type { CopiedLayer } from '../student.ts';
import { type Seq2SeqConfig, type Side, sideOf } from './config.ts';
import { seq2seqFamilies } from './families.ts';
import { createSeq2Seq, type Seq2Seq, seq2seqSpecs } from './model.ts';

export interface CutSeq2SeqOptions {
  /** Layers of the teacher's encoder to keep, from 0, in the student's order; all unless given. */
  readonly encoderLayers?: readonly number[];
  /** Layers of its decoder. */
  readonly layers: readonly number[];
}

export interface Seq2SeqCut {
  readonly model: Seq2Seq;
  /** Every name of the student and the teacher's name it was copied from. */
  readonly copiedFrom: ReadonlyMap<string, string>;
  /** For people: one row per layer. */
  readonly map: readonly CopiedLayer[];
}

type Chosen = Readonly<Record<Side, readonly number[]>>;

const sides = ['encoder', 'decoder'] as const;

/** The configuration of a cut: same width, heads and vocabulary, fewer layers. @throws for layers that the teacher has not. */
export function cutSeq2SeqConfig(teacher: Seq2SeqConfig, options: CutSeq2SeqOptions): Seq2SeqConfig {
  const chosen = chosenOf(teacher, options);
  for (const side of sides) {
    const { layers } = sideOf(teacher, side);
    const beyond = chosen[side].find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= layers);
    if (chosen[side].length === 0 || beyond !== undefined) throw new Error(`layers [${chosen[side].join(', ')}] cannot be cut from a teacher whose ${side} layers run from 0 to ${layers - 1}`);
  }
  return { ...teacher, layers: chosen.decoder.length, encoderLayers: chosen.encoder.length };
}

/** Copies what the student has of `teacher` into a new model. */
export async function cutSeq2Seq(teacher: Seq2Seq, options: CutSeq2SeqOptions): Promise<Seq2SeqCut> {
  const config = cutSeq2SeqConfig(teacher.config, options);
  const chosen = chosenOf(teacher.config, options);
  const values = await teacher.parameters.read();
  const copiedFrom = new Map<string, string>();
  const parameters = new Parameters(seq2seqSpecs(config), ({ name }) => {
    const from = teacherName(name, config, chosen);
    copiedFrom.set(name, from);
    return values.get(from)!.data; // of the same width and vocabulary: every parameter of the student is one of the teacher's
  });
  const rows = (side: Side) => chosen[side].map((layer, index) => ({ student: `${side} layer ${index + 1}`, teacher: `${side} layer ${layer + 1}` }));
  return { model: createSeq2Seq(config, parameters), copiedFrom, map: [{ student: 'embeddings', teacher: 'embeddings' }, ...sides.flatMap(rows)] };
}

function chosenOf(teacher: Seq2SeqConfig, { encoderLayers, layers }: CutSeq2SeqOptions): Chosen {
  return { encoder: encoderLayers ?? Array.from({ length: teacher.encoderLayers }, (_, layer) => layer), decoder: layers };
}

/** Layer m of a side is its layer `chosen[m]`; the table of relative positions stays the first layer's, whichever that is. */
function teacherName(name: string, { family }: Seq2SeqConfig, chosen: Chosen): string {
  const { layers, relative } = seq2seqFamilies[family].names;
  for (const side of sides) {
    const start = `${layers(side)}.`;
    if (!name.startsWith(start) || name === `${relative?.(side)}.weight`) continue;
    const [index = '', ...rest] = name.slice(start.length).split('.');
    return `${start}${chosen[side][Number(index)]}.${rest.join('.')}`;
  }
  return name;
}
