/**
 * From how alike layers are, as `layerCka` says it, to which layers to match: for a student that already says something, the increasing
 * map onto teacher layers that is likest in all; for one that is still to be made, the teacher layers that best stand for all of them.
 */

/**
 * The teacher layer of each student layer, from 1, in rising order, such that the sum of likenesses is greatest; a student that is
 * deeper than its teacher shares layers. Of equals, the lower layers.
 * @param likeness rows are the student's layers 0..M, columns the teacher's 0..N; row and column 0, the embeddings, are left out. Likeness that is not a number counts 0.
 */
export function likestMap(likeness: readonly (readonly number[])[]): number[] {
  const [depth, teacherDepth] = [likeness.length - 1, (likeness[0]?.length ?? 0) - 1];
  if (depth < 1 || teacherDepth < 1) throw new Error('a map of layers wants a layer on either side');
  const apart = depth <= teacherDepth ? 1 : 0;
  return chain(depth, teacherDepth, apart, (_before, layer, place) => soundOf(likeness[place]?.[layer]));
}

/**
 * `count` layers of a teacher, from 1, in rising order: each layer is stood for by the likest of the two chosen ones it lies between, and
 * the sum of these likenesses is greatest (medians of neighbours on a line).
 * @param likeness of a teacher's layers 0..N with each other.
 */
export function standingLayers(likeness: readonly (readonly number[])[], count: number): number[] {
  const depth = likeness.length - 1;
  if (!Number.isInteger(count) || count < 1 || count > depth) throw new Error(`${count} layers cannot stand for the ${depth} of a teacher`);
  const like = (a: number, b: number) => soundOf(likeness[a]?.[b]);
  /** Of the layers after `from` and before `to`, each with the likelier of the two; at the ends there is only one. */
  const between = (from: number, to: number) => {
    let sum = 0;
    for (let layer = from + 1; layer < to; layer++) sum += Math.max(from >= 1 ? like(from, layer) : -Infinity, to <= depth ? like(to, layer) : -Infinity);
    return sum;
  };
  return chain(count, depth, 1, (before, layer, place) => between(before, layer) + like(layer, layer) + (place === count ? between(layer, depth + 1) : 0));
}

/** The best rising chain of `length` numbers from 1 to `most`, by dynamic programming over what a step from one to the next is worth; neighbours differ by at least `apart`. */
function chain(length: number, most: number, apart: number, worth: (before: number, next: number, place: number) => number): number[] {
  let best = new Map<number, { readonly sum: number; readonly path: readonly number[] }>([[apart === 0 ? 1 : 0, { sum: 0, path: [] }]]);
  for (let place = 1; place <= length; place++) {
    const reached: typeof best = new Map();
    for (const [before, { sum, path }] of best) {
      for (let next = before + apart; next <= most; next++) {
        const total = sum + worth(before, next, place);
        if (total > (reached.get(next)?.sum ?? -Infinity)) reached.set(next, { sum: total, path: [...path, next] });
      }
    }
    best = reached;
  }
  const [winner] = [...best.values()].sort((a, b) => b.sum - a.sum);
  return [...(winner?.path ?? [])];
}

function soundOf(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
