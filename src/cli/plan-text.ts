/**
 * A plan as a person reads it.
 */
import { formatTable } from '../report/table.ts';
import { formatBytes, formatCount, formatDuration, formatMagnitude } from '../report/units.ts';
import type { Plan, TeacherPlan } from './plan.ts';

export function planText({ objective, matches, live, student, teachers, examples, steps, rows, tokens, memory, stepFlops, time }: Plan, engine: string): string {
  const lines: (readonly [what: string, how: string, figure: string])[] = [
    ['parameters', `student, ${student.layers} x ${student.width} ${student.family}`, formatCount(student.parameters)],
    ...(student.auxiliary > 0 ? [['', 'the objective\'s own, not kept', formatCount(student.auxiliary)] as const] : []),
    ...teachers.flatMap(({ place, parameters }) => (parameters === undefined ? [] : [['', `teacher ${place}`, formatCount(parameters)] as const])),
    ['memory', 'weights', formatBytes(memory.weights)],
    ['', 'gradients', formatBytes(memory.gradients)],
    ['', 'moments of AdamW', formatBytes(memory.moments)],
    ['', `activations, ${tokens} tokens wide`, formatBytes(memory.activations)],
    ...(memory.teacher > 0 ? [['', 'teacher, asked at every step', formatBytes(memory.teacher)] as const] : []),
    ['', 'at most at one time, beside the program itself', formatBytes(memory.peak)],
    ...labelLines(teachers, examples, live),
    ['operations', 'student, one example', formatMagnitude(student.flops)],
    ...teachers.flatMap(({ place, flops }) => (flops === undefined ? [] : [['', `teacher ${place}, one example`, formatMagnitude(flops)] as const])),
    ['', `a step of ${formatCount(rows)} examples`, formatMagnitude(stepFlops)],
    ['time', `a step: ${formatCount((1000 * rows) / time.step)} examples a second`, formatDuration(time.step)],
    ...(time.labelling > 0 ? [['', 'asking the teacher once about every example', formatDuration(time.labelling)] as const] : []),
    ['', `training, ${formatCount(steps)} steps over ${formatCount(examples)} examples`, formatDuration(time.training)],
    ['', 'scoring on dev and test', formatDuration(time.scoring)],
    ['', `in all, on ${engine}`, formatDuration(time.total)],
  ];
  return [`objective ${objective}`, ...(matches === undefined ? [] : [matches]), formatTable(['what', '', 'about'], lines, { align: ['left', 'left', 'right'] })].join('\n\n');
}

function labelLines(teachers: readonly TeacherPlan[], examples: number, live: boolean): [string, string, string][] {
  if (live) return [['labels', 'nothing is stored: the teacher is asked at every step', '0 B']];
  return teachers.map(({ place, labels }, index) => [index === 0 ? 'labels' : '', labels === undefined || labels.stored ? `${place}: there already` : `${place}: a store of ${formatCount(examples)} examples`, labels === undefined ? '–' : formatBytes(labels.bytes)]);
}
