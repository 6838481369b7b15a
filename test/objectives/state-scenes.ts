// The scenes of objectives that compare states, relations and embeddings: sides of other widths, and the objective's own parameters drawn.
import { linear } from '../../src/engine/fused/linear.ts';
import * as tf from '../../src/engine/tf.ts';
import { objectiveCatalogue } from '../../src/objectives/catalogue.ts';
import { unit } from '../../src/objectives/cosine.ts';
import { factorTransfer } from '../../src/objectives/factor-transfer.ts';
import type { Objective, Shapes } from '../../src/objectives/objective.ts';
import { ruleDistill } from '../../src/objectives/rule-distill.ts';
import { drawn } from '../engine/numbers.ts';
import type { Outputs, Own } from './examples.ts';
import { classes, depth, inOrder, mask, type Minimum, rows, rowsOf, type Scene, tokens } from './scene.ts';

/** [student, teacher], of another width each. */
const [widths, inner, embedded, heads, headWidths] = [[4, 6], [5, 7], [8, 10], 2, [3, 5]] as const;

type Side = 0 | 1;
type Say = (side: Side, name: string, deviation?: number) => Outputs;
type Rest = Partial<Scene> & { readonly sizes?: readonly [number, number]; readonly minimum: () => Minimum };

const shapes = ([student, teacher]: readonly [number, number]): Shapes => ({
  student: { layers: 2, width: student, heads, feedForwardWidth: inner[0] },
  teacher: { layers: 2, width: teacher, heads, feedForwardWidth: inner[1] },
  examples: rows,
});

/** The parameters that the objective declares, by its own spread; a constant one moves a little too. */
function ownOf(objective: Objective, sizes: readonly [number, number]): Own {
  const specs = objective.parameters?.(shapes(sizes)) ?? [];
  return Object.fromEntries(specs.map(({ name, shape, initial }) => {
    const deviation = typeof initial === 'object' && 'deviation' in initial ? initial.deviation : 0.3;
    return [name, tf.add(drawn(name, shape, deviation), typeof initial === 'object' && 'constant' in initial ? initial.constant : 0)];
  }));
}

function scene(say: Say, { sizes = widths, make, ...rest }: Rest & { make: () => Objective }): Scene {
  return {
    make,
    student: (name, deviation) => say(0, name, deviation),
    teacher: (name, deviation) => say(1, name, deviation),
    batch: (order = inOrder) => rowsOf('single-label', classes, inOrder.map(() => 1), 1, order),
    unlabelled: () => rowsOf('single-label', classes.map(() => -1), inOrder.map(() => 1), 1, inOrder),
    ...(make().parameters && { own: () => ownOf(make(), sizes) }),
    ...rest,
  };
}

const texts: Pick<Scene, 'batch' | 'readsTokens'> = {
  readsTokens: true,
  batch: (order = inOrder) => rowsOf('masked-lm', mask.map(() => -100), mask, tokens, order),
};

const named = (name: string) => ({ make: objectiveCatalogue[name]! });
const hidden: Say = (side, name, deviation) => ({ hidden: drawn(`${name} hidden`, [rows, tokens, widths[side]], deviation) });
const both: Say = (side, name, deviation) => ({ low: drawn(`${name} low`, [rows, tokens, widths[side]], deviation), ...hidden(side, name, deviation) });
const vectors = (...parts: readonly ('query' | 'key' | 'value')[]): Say => (side, name, deviation) => Object.fromEntries(parts.map((part) => [part, drawn(`${name} ${part}`, [rows, heads, tokens, headWidths[side]], deviation)]));
const scores: Say = (_side, name, deviation) => ({ scores: drawn(`${name} scores`, [rows, heads, tokens, tokens], deviation) });
const inputs: Say = (side, name, deviation) => ({ preActivations: drawn(`${name} pre`, [rows, tokens, inner[side]], deviation) });
const embeddings: Say = (side, name, deviation) => ({ cls: drawn(`${name} cls`, [rows, embedded[side]], deviation) });
const sentences: Say = (_side, name, deviation) => ({ sentence: drawn(`${name} sentence`, [rows, embedded[0]], deviation) });
const answers: Say = (side, name, deviation) => ({ ...embeddings(side, name, deviation), ...(side === 0 && { logits: drawn(`${name} logits`, [rows, depth], deviation) }) });
const pooled: Say = (side, name, deviation) => (side === 1 ? {} : { pooled: drawn(`${name} pooled`, [rows, embedded[side]], deviation), logits: drawn(`${name} logits`, [rows, depth], deviation) });

/** The teacher says what the student says. */
const alike = (say: Say, loss = 0) => (): Minimum => ({ student: say(0, 'alike', 2), teacher: say(0, 'alike', 2), loss });

/** The teacher says what the student says once a map of the objective's own has turned it. */
const turned = (say: (said: Outputs, own: Own) => Outputs, said: Say, own: () => Own, more: Partial<Minimum> = {}) => (): Minimum => ({ student: said(0, 'turned'), teacher: say(said(0, 'turned'), own()), own: own(), loss: 0, ...more });
const map = (states: tf.Tensor | undefined, own: Own, name: string) => linear(states!, { weight: own[`${name}.weight`]!, bias: own[`${name}.bias`] });

const ownBy = (name: string, sizes: readonly [number, number] = widths) => () => ownOf(objectiveCatalogue[name]!(), sizes);

/** Logits that are sure of a row's class; of class 0 where it has none. */
const sure = () => tf.mul(tf.cast(tf.oneHot(tf.tensor1d(classes.map((label) => Math.max(label, 0)), 'int32'), depth), 'float32'), 110);

const widen = (matrix: tf.Tensor, width: number) => tf.pad(matrix as tf.Tensor2D, [[0, 0], [0, width - (matrix.shape[1] ?? 0)]]);

const book = {
  description: 'two rules of a test',
  rules: 2,
  rewards: (id: string) => {
    const row = Number(id);
    const reward = (strength: number) => Array.from({ length: depth }, (_, c) => (c === Math.max(classes[row] ?? 0, 0) ? strength : 0));
    return [row % 2 === 0 ? reward(1) : undefined, row % 3 === 0 ? reward(0.5) : undefined];
  },
};

export const stateScenes: Readonly<Record<string, Scene>> = {
  'activation-boundary': scene(inputs, {
    ...named('activation-boundary'), ...texts,
    minimum: () => {
      const own = ownBy('activation-boundary')();
      const student = { preActivations: tf.mul(drawn('far', [rows, tokens, inner[0]]), 1e4) };
      return { student, teacher: { preActivations: map(student.preActivations, own, 'connector.0') }, own, loss: 0 };
    },
  }),
  'attention-transfer': scene(hidden, { ...named('attention-transfer'), ...texts, minimum: alike(hidden) }),
  cckd: scene(embeddings, { ...named('cckd'), minimum: alike(embeddings) }),
  'cosine-hidden': scene(hidden, { ...named('cosine-hidden'), ...texts, minimum: turned(({ hidden: states }, own) => ({ hidden: map(states, own, 'projection.0') }), hidden, ownBy('cosine-hidden')) }),
  crd: scene(embeddings, {
    ...named('crd'), sizes: embedded,
    minimum: () => {
      // Both sides say one thing of every example, and the memories hold its opposite.
      const own = ownBy('crd', embedded)();
      const student = { cls: tf.tile(drawn('one', [1, embedded[0]]), [rows, 1]) };
      const mapped = map(student.cls, own, 'student'); // [B, P]
      const weight = widen(tf.transpose(tf.slice(mapped as tf.Tensor2D, [0, 0], [1, -1])), embedded[1]);
      const teacher = { cls: tf.cast(tf.oneHot(tf.zeros([rows], 'int32'), embedded[1]), 'float32') };
      const memory = tf.neg(unit(mapped));
      const [noise, near] = [Math.log((rows - 1) / rows), 1 / 0.07];
      const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      return { student, teacher, own: { ...own, 'teacher.weight': weight, 'student.memory': memory, 'teacher.memory': memory }, loss: 2 * softplus(noise - near) + 2 * (rows - 1) * softplus(-near - noise) };
    },
  }),
  'factor-transfer': scene(hidden, {
    make: () => factorTransfer({ ratio: 1 }), ...texts, holdsFixed: ['own.paraphraser.0.weight'],
    minimum: turned(({ hidden: states }, own) => ({ hidden: map(states, own, 'translator.0') }), hidden, () => ({
      'translator.0.weight': drawn('translator', [widths[1], widths[0]]), 'paraphraser.0.weight': tf.eye(widths[1]), 'decoder.0.weight': tf.eye(widths[1]),
    })),
  }),
  fsp: scene(both, { ...named('fsp'), ...texts, minimum: turned(({ low, hidden: states }, own) => ({ low: map(low, own, 'projection.0'), hidden: map(states, own, 'projection.1') }), both, ownBy('fsp')) }),
  hint: scene(hidden, { ...named('hint'), ...texts, minimum: turned(({ hidden: states }, own) => ({ hidden: map(states, own, 'regressor.0') }), hidden, ownBy('hint')) }),
  'minilm-attention': scene(vectors('query', 'key'), { ...named('minilm-attention'), ...texts, minimum: alike(vectors('query', 'key')) }),
  'minilm-relation': scene(vectors('query', 'key', 'value'), { ...named('minilm-relation'), ...texts, minimum: alike(vectors('query', 'key', 'value')) }),
  'minilm-value-relation': scene(vectors('value'), { ...named('minilm-value-relation'), ...texts, minimum: alike(vectors('value')) }),
  'nt-xent': scene(embeddings, {
    ...named('nt-xent'), sizes: embedded,
    own: () => {
      const own = ownBy('nt-xent', embedded)();
      // Every neuron of the heads is far on or far off: central differences would step over the corner of a relu. What that adds to all
      // embeddings is taken away again.
      const far = (['student', 'teacher'] as const).flatMap((side, index) => {
        const apart = tf.tensor1d(Array.from({ length: embedded[index] ?? 0 }, (_, i) => (i % 2 === 0 ? 12 : -12)));
        return [[`${side}.first.bias`, apart], [`${side}.second.bias`, tf.neg(tf.sum(tf.mul(own[`${side}.second.weight`]!, tf.relu(apart)), 1))]] as const;
      });
      return { ...own, ...Object.fromEntries(far) };
    },
    minimum: () => {
      // Twins are one, and every two others lie as far apart as so many can: at a cosine of -1 / (B - 1).
      const corners = tf.sub<tf.Tensor2D>(tf.eye(rows), 1 / rows);
      const own = Object.fromEntries((['student', 'teacher'] as const).flatMap((side, index) => {
        const width = embedded[index] ?? 0;
        const second = tf.pad(tf.eye(width), [[0, 128 - width], [0, 0]]);
        return [
          [`${side}.first.weight`, tf.eye(width)], [`${side}.first.bias`, tf.fill([width], 2)], // above 0, where relu changes nothing
          [`${side}.second.weight`, second], [`${side}.second.bias`, tf.mul(tf.sum(second, 1), -2)],
        ];
      })) as Own;
      return { student: { cls: widen(corners, embedded[0]) }, teacher: { cls: widen(corners, embedded[1]) }, own, loss: Math.log(1 + 2 * (rows - 1) * Math.exp((-1 / (rows - 1) - 1) / 0.5)) };
    },
  }),
  pkd: scene(embeddings, { ...named('pkd'), sizes: embedded, minimum: turned(({ cls }, own) => ({ cls: map(cls, own, 'projection.0') }), embeddings, ownBy('pkd', embedded)) }),
  reaugkd: scene(answers, {
    ...named('reaugkd'), sizes: embedded,
    minimum: () => {
      const own = ownBy('reaugkd', embedded)();
      const { cls } = embeddings(0, 'alike');
      return { student: { cls: cls!, logits: sure() }, teacher: { cls: map(cls, own, 'projection') }, own, loss: 0 };
    },
  }),
  'rkd-angle': scene(embeddings, { ...named('rkd-angle'), minimum: alike(embeddings) }),
  'rkd-distance': scene(embeddings, { ...named('rkd-distance'), minimum: alike(embeddings) }),
  'sentence-embedding': scene(sentences, { ...named('sentence-embedding'), minimum: alike(sentences) }),
  'rule-distill': scene(pooled, {
    make: () => ruleDistill({ book }), sizes: embedded, holdsFixed: ['logits'], learnsUnlabelled: true,
    minimum: () => ({ student: { pooled: pooled(0, 'sure').pooled!, logits: sure() }, loss: 0 }),
  }),
  'similarity-preserving': scene(hidden, { ...named('similarity-preserving'), ...texts, minimum: alike(hidden) }),
  'tinybert-attention': scene(scores, { ...named('tinybert-attention'), ...texts, minimum: alike(scores) }),
  'tinybert-hidden': scene(hidden, { ...named('tinybert-hidden'), ...texts, minimum: turned(({ hidden: states }, own) => ({ hidden: map(states, own, 'layers') }), hidden, ownBy('tinybert-hidden')) }),
  triplet: scene((side, name, deviation) => (side === 0 ? embeddings(0, name, deviation) : {}), {
    ...named('triplet'),
    // Rows of one class are one, and far from the others.
    minimum: () => ({ student: { cls: tf.mul(tf.cast(tf.oneHot(tf.tensor1d(classes.map((label) => label + 1), 'int32'), embedded[0]), 'float32'), 5) }, loss: 0 }),
  }),
  vid: scene(hidden, {
    ...named('vid'), ...texts,
    minimum: turned(({ hidden: states }, own) => ({ hidden: map(states, own, 'mean.0') }), hidden, () => ({ 'mean.0.weight': drawn('mean', [widths[1], widths[0]]), 'log_scale.0.bias': tf.fill([widths[1]], Math.log(Math.expm1(1 - 1e-5))) }), { sloping: ['log_scale.0.bias'] }),
  }),
};
