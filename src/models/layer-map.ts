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

function checkDepths(studentLayers: number, teacherLayers: number): void {
  if (!Number.isInteger(studentLayers) || studentLayers < 1 || studentLayers > teacherLayers) {
    throw new Error(`a student of ${studentLayers} layers cannot be matched with a teacher of ${teacherLayers}`);
  }
}
