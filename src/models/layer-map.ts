/**
 * Which teacher layer a student layer takes after. Maps are data: a list that can be printed and edited. Layers of `uniform`,
 * `pkd-skip` and `pkd-last` count from 1 (1 = after the first layer); those of `every-other` and `distilbert-released` from 0.
 * Jiao et al. 2020 (TinyBERT) for uniform, Sun et al. 2019 (PKD) for skip and last, Sanh et al. 2019 for every other layer.
 */

/** g(m) = ⌈m · N / M⌉ for m = 1 .. M. */
export function uniformMap(studentLayers: number, teacherLayers: number): number[] {
  checkDepths(studentLayers, teacherLayers);
  return Array.from({ length: studentLayers }, (_, m) => Math.ceil(((m + 1) * teacherLayers) / studentLayers));
}

/** Every ⌊N / M⌋-th layer, the top one left to the logits: M - 1 layers. */
export function skipMap(studentLayers: number, teacherLayers: number): number[] {
  checkDepths(studentLayers, teacherLayers);
  const stride = Math.floor(teacherLayers / studentLayers);
  return Array.from({ length: studentLayers - 1 }, (_, m) => (m + 1) * stride);
}

/** The M - 1 layers below the top one. */
export function lastMap(studentLayers: number, teacherLayers: number): number[] {
  checkDepths(studentLayers, teacherLayers);
  return Array.from({ length: studentLayers - 1 }, (_, m) => teacherLayers - studentLayers + 1 + m);
}

/** 0, 2, 4, … (from 0). */
export function everyOtherMap(studentLayers: number, teacherLayers: number): number[] {
  checkDepths(studentLayers, teacherLayers);
  if (2 * (studentLayers - 1) >= teacherLayers) throw new Error(`every other of ${teacherLayers} layers gives fewer than ${studentLayers}`);
  return Array.from({ length: studentLayers }, (_, m) => 2 * m);
}

/** What DistilBERT's released extraction took of twelve layers (from 0). */
export const distilbertReleasedMap: readonly number[] = [0, 2, 4, 7, 9, 11];

/** The maps by name, as layers of the teacher to cut a student from, counted from 0. PKD's leave the top layer to the logits: the student's top is then the teacher's. */
const cuts = {
  uniform: (student: number, teacher: number) => uniformMap(student, teacher).map(fromZero),
  'every-other': everyOtherMap,
  'distilbert-released': (student: number, teacher: number) => {
    if (student !== 6 || teacher !== 12) throw new Error(`distilbert-released takes 6 of 12 layers, not ${student} of ${teacher}; take uniform or every-other`);
    return [...distilbertReleasedMap];
  },
  'pkd-skip': (student: number, teacher: number) => [...skipMap(student, teacher).map(fromZero), teacher - 1],
  'pkd-last': (student: number, teacher: number) => [...lastMap(student, teacher).map(fromZero), teacher - 1],
  first: (student: number, teacher: number) => {
    checkDepths(student, teacher);
    return Array.from({ length: student }, (_, m) => m);
  },
} as const satisfies Record<string, (student: number, teacher: number) => number[]>;

export const layerMapNames = Object.keys(cuts) as (keyof typeof cuts)[];

const fromZero = (layer: number) => layer - 1;

/** @returns name and depth of `uniform:3`; undefined where the text is of another form. */
export function parseLayerMap(text: string): { readonly name: keyof typeof cuts; readonly layers?: number } | undefined {
  const [, called, depth] = /^([a-z-]+)(?::([1-9]\d*))?$/.exec(text) ?? [];
  const name = layerMapNames.find((known) => known === called);
  return name && { name, ...(depth !== undefined && { layers: Number(depth) }) };
}

/** The layers that `uniform:3` takes of a teacher, from 0; half of them where no number is given. A list stands for itself. @throws where the teacher does not allow such a map. */
export function layersCalled(text: string | readonly number[], teacherLayers: number): readonly number[] {
  if (typeof text !== 'string') return text;
  const map = parseLayerMap(text);
  if (map === undefined) throw new Error(`there is no layer map '${text}'; there are ${layerMapNames.join(', ')}, each with a number of layers as uniform:3`);
  return cuts[map.name](map.layers ?? Math.ceil(teacherLayers / 2), teacherLayers);
}

function checkDepths(studentLayers: number, teacherLayers: number): void {
  if (!Number.isInteger(studentLayers) || studentLayers < 1 || studentLayers > teacherLayers) {
    throw new Error(`a student of ${studentLayers} layers cannot be matched with a teacher of ${teacherLayers}`);
  }
}
