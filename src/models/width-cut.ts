/**
 * A student as deep as its teacher and narrower: the heads and neurons of each layer that matter most, and the units of the stream. What
 * comes out is an ordinary model of its family, so every layer keeps as many heads, each as wide as it was: the stream is as many times
 * narrower as there are fewer heads. It trains nothing, and a narrower stream has other norms: expect to distil it.
 */
import { Parameters } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { families, projectionOf } from './families.ts';
import { createModel, type Model } from './model.ts';
import { parameterSpecs } from './parameter-specs.ts';
import { type Axis, widthAxes } from './width-axes.ts';
import type { Importance } from './width-importance.ts';

export interface WidthCut {
  /** Heads that each layer keeps; all unless given. */
  readonly heads?: number;
  /** Neurons that each feed-forward block keeps; all unless given. */
  readonly feedForwardWidth?: number;
}

/** What was kept, as the teacher counts it, from 0 and upwards. */
export interface Kept {
  readonly width: readonly number[];
  readonly heads: readonly (readonly number[])[];
  readonly neurons: readonly (readonly number[])[];
}

/** @throws where there are not as many heads or neurons, or a Hugging Face config could not say what comes out. */
export function narrowConfig(teacher: EncoderConfig, { heads = teacher.heads, feedForwardWidth = teacher.feedForwardWidth }: WidthCut): EncoderConfig {
  if (teacher.bottleneck) throw new Error(`${families[teacher.family].title} has bottlenecks of its own: its width cannot be cut`);
  const check = (what: string, kept: number, most: number) => {
    if (!Number.isInteger(kept) || kept < 1 || kept > most) throw new Error(`${kept} ${what} cannot be kept of a teacher that has ${most}`);
  };
  check('heads', heads, teacher.heads);
  check('neurons', feedForwardWidth, teacher.feedForwardWidth);
  const width = (teacher.width / teacher.heads) * heads;
  const embeddingWidth = projectionOf(teacher) === undefined ? width : teacher.embeddingWidth;
  const config = { ...teacher, heads, width, embeddingWidth, feedForwardWidth };
  if ((projectionOf(config) === undefined) !== (projectionOf(teacher) === undefined)) throw new Error(`${heads} heads make ${families[teacher.family].title} as wide as its embeddings, ${width}, and such a one has no projection between them: keep another number`);
  return config;
}

/** Copies what matters most of `teacher` into a new model. Ties go to the lower index; nothing cut off is the teacher, bit for bit. */
export async function narrowStudent(teacher: Model, cut: WidthCut, importance: Importance): Promise<{ model: Model; kept: Kept }> {
  const config = narrowConfig(teacher.config, cut);
  const axes = widthAxes(teacher.config);
  const kept = keptOf(config, importance);
  const perHead = config.width / config.heads;
  const indicesOf = (axis: Axis | undefined): readonly number[] | undefined => {
    if (axis === undefined) return undefined;
    if (axis.of === 'width') return kept.width;
    if (axis.of === 'neurons') return kept.neurons[axis.layer];
    return kept.heads[axis.layer]?.flatMap((head) => Array.from({ length: perHead }, (_, place) => head * perHead + place));
  };
  const values = await teacher.parameters.read();
  const parameters = new Parameters(parameterSpecs(config), ({ name }) => {
    const { shape = [], data = new Float32Array() } = values.get(name) ?? {};
    return taken(data, shape, (axes.get(name) ?? []).map(indicesOf));
  });
  return { model: createModel(config, parameters), kept };
}

function keptOf({ width, heads, feedForwardWidth }: EncoderConfig, importance: Importance): Kept {
  return {
    width: mostImportant(importance.width, width),
    heads: importance.heads.map((scores) => mostImportant(scores, heads)),
    neurons: importance.neurons.map((scores) => mostImportant(scores, feedForwardWidth)),
  };
}

function mostImportant(scores: Float64Array, count: number): number[] {
  return Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, count).sort((a, b) => a - b);
}

/** The numbers of a vector or matrix at these indices of its axes; undefined takes all. */
function taken(data: Float32Array, [rows = 0, columns]: readonly number[], [rowsKept, columnsKept]: readonly (readonly number[] | undefined)[]): Float32Array {
  const every = (length: number) => Array.from({ length }, (_, index) => index);
  const [down, across] = [rowsKept ?? every(rows), columns === undefined ? [0] : (columnsKept ?? every(columns))];
  const wide = columns ?? 1;
  const result = new Float32Array(down.length * across.length);
  down.forEach((row, i) => across.forEach((column, j) => (result[i * across.length + j] = data[row * wide + column] ?? 0)));
  return result;
}
