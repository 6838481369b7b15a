// What an objective's `loss` is handed has exactly what its wants name. The compiler holds these: tsc fails where a type is another.
import test from 'ava';
import type * as tf from '../../src/engine/tf.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { ModelOutput, OutputOf } from '../../src/models/output.ts';
import type { Teacher } from '../../src/teacher/teacher.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Loss<W extends object> = Parameters<Objective<W, { logits: true }>['loss']>;
type ByLayer = ReadonlyMap<number, tf.Tensor>;

/** Lines that do not compile unless every entry is `true`. */
const held = {
  'attention that is wanted is there': true satisfies Same<OutputOf<{ attention: readonly number[] }>['attention'], ByLayer>,
  'attention that is not wanted does not exist': true satisfies Same<'attention' extends keyof OutputOf<{ logits: true }> ? true : false, false>,
  'the student of a loss': true satisfies Same<Loss<{ attention: readonly number[] }>[0]['attention'], ByLayer>,
  'its teacher': true satisfies Same<Loss<object>[1]['logits'], tf.Tensor>,
  'of unknown wants anything may be absent': true satisfies Same<ModelOutput['attention'], ByLayer | undefined>,
  'exactly the names asked for': true satisfies Same<keyof OutputOf<{ logits: true; cls: readonly number[] }>, 'logits' | 'cls'>,
};

/** Never run: each line stands for what a writer of objectives does. */
export async function written(output: OutputOf<{ logits: true }>, maybe: ModelOutput, teacher: Teacher): Promise<tf.Tensor | undefined> {
  // @ts-expect-error attention was not wanted
  void output.attention;
  // @ts-expect-error it may be absent
  void maybe.logits.shape;
  const { attention } = await teacher.says({} as Parameters<Teacher['says']>[0], { attention: [1] });
  return attention.get(1);
}

test('the assertions above compiled, which is the test', (t) => {
  t.is(Object.values(held).length, 6);
});
