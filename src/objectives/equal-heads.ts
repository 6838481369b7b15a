/**
 * What head-by-head comparisons ask of a pair of models.
 */
import type { PairShapes } from './layered.ts';

/** Why heads cannot be compared one by one. */
export function equalHeadsRefusal({ student, teacher }: PairShapes): string | undefined {
  if (student.heads === undefined || teacher.heads === undefined) return `the ${student.heads === undefined ? 'student' : 'teacher'} does not say how many attention heads it has`;
  if (student.heads === teacher.heads) return undefined;
  return `heads are compared one by one, but the student has ${student.heads} and the teacher ${teacher.heads}; take a student of ${teacher.heads} heads, or minilm-relation, which takes any number`;
}
