/**
 * Matched layers as a table, one row per pair, printed before training.
 */
import { matchRows } from '../objectives/layer-match.ts';
import type { Objective, Shapes } from '../objectives/objective.ts';
import { formatTable } from '../report/table.ts';

/** undefined where no layers are matched. */
export function matchTable({ matched = [] }: Objective, { student, teacher }: Pick<Shapes, 'student' | 'teacher'>): string | undefined {
  if (matched.length === 0 || teacher === undefined) return undefined;
  const rows = matched.flatMap(({ objective, what, matches }) => matchRows(matches, { student, teacher }).map((row) => [row.student, row.teacher, row.weight, what, objective]));
  return formatTable(['student', 'teacher', 'weight', 'what is matched', 'objective'], rows);
}
