/**
 * Parameters that serve an objective alone: made before the first step from the run's seed, trained beside the student's by the same
 * optimiser, part of every checkpoint, and gone when the run is over. The student is saved without them.
 */
import { randomKey } from '../engine/random.ts';
import type * as tf from '../engine/tf.ts';
import { freshValues, Parameters } from '../nn/parameters.ts';
import type { Objective, Shapes } from '../objectives/objective.ts';
import type { Learning } from './gradients.ts';
import type { Learned } from './optimizer.ts';

/** Of a kind that a spec leaves open; every objective gives its own. */
const usualDeviation = 0.02;

/** What an objective is told of a run before its first step. */
export function shapesOf({ student, teacher }: Pick<Learning, 'student' | 'teacher'>, examples: number): Shapes {
  return { student: student.config, teacher: teacher?.dimensions, examples };
}

/** Fresh values by the seed and the parameter's name. @throws with the reason where the pair of models cannot be matched so. */
export function openAuxiliary(objective: Objective, shapes: Shapes, seed: number): Parameters {
  const refused = objective.refusal?.(shapes);
  if (refused !== undefined) throw new Error(refused);
  return new Parameters(objective.parameters?.(shapes) ?? [], (spec) => freshValues(spec, randomKey(seed, 'auxiliary'), usualDeviation));
}

/** All that a run learns or keeps, as the optimiser moves it and a checkpoint holds it. */
export type Trained = Learned & Pick<Parameters, 'names' | 'read' | 'assign'>;

const prefix = 'auxiliary/'; // no student has such a name

/** The student's parameters, and under `auxiliary/` those beside them. */
export function together(student: Parameters, auxiliary: Parameters): Trained {
  const below = (values: ReadonlyMap<string, Float32Array>) => new Map([...values].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])));
  return {
    learned: [...student.learned, ...auxiliary.learned.map(([name, variable]): [string, tf.Variable] => [prefix + name, variable])],
    names: [...student.names, ...auxiliary.names.map((name) => prefix + name)],
    read: async () => new Map([...(await student.read()), ...[...(await auxiliary.read())].map(([name, value]) => [prefix + name, value] as const)]),
    assign: (values) => {
      student.assign(values);
      auxiliary.assign(below(values));
    },
  };
}
