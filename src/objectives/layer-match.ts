/**
 * Which layer of the student is compared with which of the teacher, as data: a list that is made by a rule or by hand, printed before
 * training and part of a run's identity. Layers count from 1; 0 is the output of the embeddings; below 0 they count from the end, -1 =
 * the last, whatever the depth. Jiao et al. 2020 (TinyBERT) for uniform, Sun et al. 2019 (PKD) for skip and last.
 */
import type { Dimensions } from '../models/dimensions.ts';
import { lastMap, skipMap, uniformMap } from '../models/layer-map.ts';

export interface LayerMatch {
  readonly student: number;
  readonly teacher: number;
  /** How much the pair counts in the sum over pairs. */
  readonly weight: number;
}

/** Layers of both sides. */
export interface Depths {
  readonly student: number;
  readonly teacher: number;
}

/** The last layers, whatever the depths. */
export const lastLayers: readonly LayerMatch[] = [{ student: -1, teacher: -1, weight: 1 }];

/** Student layer m with teacher layer ⌈m N / M⌉, and the outputs of the embeddings where they are asked for. */
export function uniformMatches({ student, teacher }: Depths, { embeddings = false, weight = 1 }: { embeddings?: boolean; weight?: number } = {}): LayerMatch[] {
  return [...(embeddings ? [{ student: 0, teacher: 0, weight }] : []), ...fromOne(uniformMap(student, teacher), weight)];
}

/** Student layer m with teacher layer m ⌊N / M⌋; the top layer is left to the logits, so M - 1 pairs. */
export function skipMatches({ student, teacher }: Depths, { weight = 1 }: { weight?: number } = {}): LayerMatch[] {
  return fromOne(skipMap(student, teacher), weight);
}

/** The student's layers below its top one with as many of the teacher's: M - 1 pairs. */
export function lastMatches({ student, teacher }: Depths, { weight = 1 }: { weight?: number } = {}): LayerMatch[] {
  return fromOne(lastMap(student, teacher), weight);
}

function fromOne(teachers: readonly number[], weight: number): LayerMatch[] {
  return teachers.map((teacher, index) => ({ student: index + 1, teacher, weight }));
}

/** '1:2 2:4 3:6', a weight that is not 1 behind its pair: '-1:-1(0.5)'. */
export function describedMatches(matches: readonly LayerMatch[]): string {
  return matches.map((match) => `${pairOf(match)}${match.weight === 1 ? '' : `(${match.weight})`}`).join(' ');
}

/** '2:4' */
export function pairOf({ student, teacher }: LayerMatch): string {
  return `${student}:${teacher}`;
}

/** Where a layer stands from the bottom. */
export function fromBottom(layer: number, { layers }: Dimensions): number {
  return layer < 0 ? layers + 1 + layer : layer;
}

/** A layer as `Wants` counts scores, attention, queries, keys and values: from 0, or from the end. */
export function attentionPlace(layer: number): number {
  return layer > 0 ? layer - 1 : layer;
}

/** @throws for a list that cannot be meant. Attention has no layer 0: `embeddings` says whether there is one. */
export function checkMatches(objective: string, matches: readonly LayerMatch[], { embeddings }: { embeddings: boolean }): void {
  if (matches.length === 0) throw new Error(`${objective}: no layers are matched; a student of one layer has none below its top one, which rules such as skip and last leave to the logits: name the pairs by hand`);
  for (const { student, teacher, weight } of matches) {
    for (const [side, layer] of Object.entries({ student, teacher })) {
      if (!Number.isInteger(layer)) throw new Error(`${objective}: a ${side} layer is a whole number, not ${layer}`);
      if (layer === 0 && !embeddings) throw new Error(`${objective}: layer 0 is the embeddings, which do not have what is compared; the first layer is 1`);
    }
    if (!(weight >= 0 && weight < Infinity)) throw new Error(`${objective}: the weight of ${student}:${teacher} must be a number from 0, not ${weight}`);
  }
}

/** Why a match cannot be made: a layer that one of the models has not. */
export function missingLayer(matches: readonly LayerMatch[], student: Dimensions, teacher: Dimensions, { embeddings }: { embeddings: boolean }): string | undefined {
  for (const match of matches) {
    for (const [side, layer, model] of [['student', match.student, student], ['teacher', match.teacher, teacher]] as const) {
      const place = fromBottom(layer, model);
      if (place < (embeddings ? 0 : 1) || place > model.layers) return `layer ${layer} of the ${side} is matched, but its layers run from ${embeddings ? 0 : 1} to ${model.layers}`;
    }
  }
  return undefined;
}

/** One row per pair, as a table shows it: the embeddings and the layers by their numbers from 1. */
export function matchRows(matches: readonly LayerMatch[], { student, teacher }: { student: Dimensions; teacher: Dimensions }): { readonly student: string; readonly teacher: string; readonly weight: string }[] {
  const named = (layer: number, model: Dimensions) => (fromBottom(layer, model) === 0 ? 'embeddings' : `layer ${fromBottom(layer, model)}`);
  return matches.map((match) => ({ student: named(match.student, student), teacher: named(match.teacher, teacher), weight: String(match.weight) }));
}
