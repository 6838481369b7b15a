/**
 * What a lesson says of its student's head and of both depths, for strategies that choose objectives by it.
 */
import type { HeadTask } from '../objectives/rows.ts';
import type { Depths } from '../objectives/layer-match.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Lesson } from './plain.ts';

const others = { none: 'a bare encoder', 'masked-lm': 'a masked-LM model', translation: 'a translator' } as const;

/** @throws unless the student is a classifier or gives a score. */
export function headTask({ student: { config: { task } } }: Lesson, strategy: string): HeadTask {
  if (task === 'none' || task === 'masked-lm' || task === 'translation') throw new Error(`${strategy} ends with what a classifier says, but the student is ${others[task]}`);
  return task;
}

/** @throws where there is no teacher, or none whose layers are known. */
export function depthsOf({ student }: Lesson, teacher: Teacher | undefined, strategy: string): Depths {
  if (teacher?.dimensions === undefined) throw new Error(`${strategy} matches layers, but ${teacher === undefined ? 'there is no teacher' : `the layers of ${teacher.name} are not known`}; give a model as teacher`);
  return { student: student.config.layers, teacher: teacher.dimensions.layers };
}
