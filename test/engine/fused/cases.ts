// One case for every fused operation: inputs of odd and mutually different sizes, and the formula in plain differentiable operations.
import { dropoutMask } from '../../../src/engine/fused/dropout.ts';
import { type Attributes, runFused } from '../../../src/engine/fused/fused-op.ts';
import * as tf from '../../../src/engine/tf.ts';
import { drawn } from '../numbers.ts';

export type Inputs = Record<string, tf.Tensor>;

export interface FusedCase {
  readonly op: string;
  readonly what?: string;
  readonly inputs: () => Inputs;
  readonly attributes?: Attributes;
  /** The first output; absent for kernels that only run inside a gradient. */
  readonly formula?: (inputs: Inputs, attributes: Attributes) => tf.Tensor;
  readonly differentiated?: readonly string[];
}

/** The first output of the operation, as model code gets it. */
export function runCase({ op, attributes }: FusedCase, inputs: Inputs): tf.Tensor {
  const result = runFused<tf.Tensor | tf.Tensor[]>(op, inputs, attributes);
  return Array.isArray(result) ? result[0]! : result;
}

const dropout = { rate: 0.3, high: 12345, low: -678, rowStep: 1 };
const dropouts = [dropout, { ...dropout, rowStep: 3 }];
const noDropout = { rate: 0, high: 0, low: 0, rowStep: 1 };
const epsilon = { epsilon: 1e-12 };
const padId = 3;

const ids = () => tf.tensor2d([2, 0, padId, 2, 6, 2, padId, 1], [2, 4], 'int32');

/** One-hot rows of the ids, none for the padding's. [2, 4, 7] */
function realRows(): tf.Tensor {
  const onehot = tf.oneHot(ids(), 7);
  return tf.cast(tf.mul(onehot, tf.expandDims(tf.notEqual(ids(), tf.scalar(padId, 'int32')), 2)), 'float32');
}

const padlessTable = () => tf.mul(drawn('table', [7, 5]), tf.tensor2d([1, 1, 1, 0, 1, 1, 1], [7, 1])); // the padding's row is zero

/** Keys 3 and 4 of row 0 and all but the first of row 2 are padding. */
const bias = () =>
  tf.mul(tf.sub(tf.tensor([1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [3, 1, 1, 5]), 1), 1e9);
const heads = (name: string) => drawn(name, [3, 2, 5, 7]);

function attentionFormula({ query, key, value, bias: mask }: Inputs, attributes: Attributes): tf.Tensor {
  const scores = tf.add(tf.mul(tf.matMul(query!, key!, false, true), Number(attributes.scale)), mask!);
  const exponents = tf.exp(tf.sub(scores, tf.max(scores, -1, true)));
  const probabilities = tf.div(exponents, tf.sum(exponents, -1, true));
  const kept = Number(attributes.rate) > 0 ? tf.mul(probabilities, dropoutMask(probabilities.shape, attributes)) : probabilities;
  return tf.matMul(kept, value!);
}
const attentionInputs = () => ({ query: heads('query'), key: heads('key'), value: heads('value'), bias: bias() });
const distribution = (name: string) => tf.softmax(drawn(name, [5, 3]));
const linearFormula = ({ x, weight, bias: shift }: Inputs) => {
  const product = tf.matMul(tf.reshape(x!, [-1, weight!.shape[1]!]), weight!, false, true);
  return tf.reshape(shift === undefined ? product : tf.add(product, shift), [...x!.shape.slice(0, -1), weight!.shape[0]]);
};
const logProbabilities = (logits: tf.Tensor) => tf.sub(logits, tf.logSumExp(logits, -1, true));

export const fusedCases: readonly FusedCase[] = [
  {
    op: 'RetortLinear',
    inputs: () => ({ x: drawn('x', [3, 5, 7]), weight: drawn('weight', [11, 7]), bias: drawn('bias', [11]) }),
    formula: linearFormula,
    differentiated: ['x', 'weight', 'bias'],
  },
  {
    op: 'RetortLinear',
    what: 'of a matrix, without bias',
    inputs: () => ({ x: drawn('x', [9, 7]), weight: drawn('weight', [2, 7]) }),
    formula: linearFormula,
    differentiated: ['x', 'weight'],
  },
  {
    op: 'RetortGelu',
    inputs: () => ({ x: drawn('x', [3, 13], 3) }),
    formula: ({ x }) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.div(x!, Math.SQRT2)), 1)),
    differentiated: ['x'],
  },
  { op: 'RetortGeluGradient', inputs: () => ({ dy: drawn('dy', [3, 13]), x: drawn('x', [3, 13], 3) }) },
  {
    op: 'RetortSilu',
    inputs: () => ({ x: drawn('x', [3, 13], 3) }),
    formula: ({ x }) => tf.div(x!, tf.add(tf.exp(tf.neg(x!)), 1)),
    differentiated: ['x'],
  },
  { op: 'RetortSiluGradient', inputs: () => ({ dy: drawn('dy', [3, 13]), x: drawn('x', [3, 13], 3) }) },
  ...dropouts.map((attributes): FusedCase => ({
    op: 'RetortDropout',
    what: `of every row ${attributes.rowStep}`,
    inputs: () => ({ x: drawn('x', [5, 17]) }),
    attributes,
    formula: ({ x }) => tf.mul(x!, dropoutMask([5, 17], attributes)),
    differentiated: ['x'],
  })),
  ...dropouts.map((attributes): FusedCase => ({
    op: 'RetortResidualDropout',
    what: `of every row ${attributes.rowStep}`,
    inputs: () => ({ x: drawn('x', [5, 17]), residual: drawn('residual', [5, 17]) }),
    attributes,
    formula: ({ x, residual }) => tf.add(residual!, tf.mul(x!, dropoutMask([5, 17], attributes))),
    differentiated: ['x', 'residual'],
  })),
  {
    op: 'RetortLayerNorm',
    inputs: () => ({ x: drawn('x', [3, 5, 11], 4), weight: drawn('weight', [11]), bias: drawn('bias', [11]) }),
    attributes: epsilon,
    formula: ({ x, weight, bias: shift }) => {
      const { mean, variance } = tf.moments(x!, -1, true);
      return tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, epsilon.epsilon))), weight!), shift!);
    },
    differentiated: ['x', 'weight', 'bias'],
  },
  {
    op: 'RetortLayerNormGradient',
    inputs: () => ({ dy: drawn('dy', [3, 5, 11]), x: drawn('x', [3, 5, 11], 4), weight: drawn('weight', [11]) }),
    attributes: epsilon,
  },
  ...[noDropout, ...dropouts].map((mask): FusedCase => ({
    op: 'RetortResidualLayerNorm',
    what: mask.rate === 0 ? 'without dropout' : `with dropout of every row ${mask.rowStep}`,
    inputs: () => ({ x: drawn('x', [3, 5, 11], 4), residual: drawn('residual', [3, 5, 11], 2), weight: drawn('weight', [11]), bias: drawn('bias', [11]) }),
    attributes: { ...epsilon, ...mask },
    formula: ({ x, residual, weight, bias: shift }) => {
      const z = tf.add(residual!, mask.rate === 0 ? x! : tf.mul(x!, dropoutMask([3, 5, 11], mask)));
      const { mean, variance } = tf.moments(z, -1, true);
      return tf.add(tf.mul(tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, epsilon.epsilon))), weight!), shift!);
    },
    differentiated: ['x', 'residual', 'weight', 'bias'],
  })),
  ...dropouts.map((mask): FusedCase => ({
    op: 'RetortResidualLayerNormGradient',
    what: `of every row ${mask.rowStep}`,
    inputs: () => ({ dy: drawn('dy', [3, 5, 11]), z: drawn('z', [3, 5, 11], 4), weight: drawn('weight', [11]) }),
    attributes: { ...epsilon, ...mask },
  })),
  {
    op: 'RetortFeedForward',
    inputs: () => ({ x: drawn('x', [3, 5, 7]), expansion: drawn('expansion', [11, 7]), expansionBias: drawn('b1', [11]), contraction: drawn('contraction', [7, 11]), contractionBias: drawn('b2', [7]) }),
    formula: ({ x, expansion, expansionBias, contraction, contractionBias }) => {
      const before = linearFormula({ x: x!, weight: expansion!, bias: expansionBias! });
      const hidden = tf.mul(tf.mul(before, 0.5), tf.add(tf.erf(tf.div(before, Math.SQRT2)), 1));
      return linearFormula({ x: hidden, weight: contraction!, bias: contractionBias! });
    },
    differentiated: ['x', 'expansion', 'expansionBias', 'contraction', 'contractionBias'],
  },
  {
    op: 'RetortFeedForwardGradient',
    inputs: () => ({
      dy: drawn('dy', [3, 5, 7]), x: drawn('x', [3, 5, 7]), expansion: drawn('expansion', [11, 7]), contraction: drawn('contraction', [7, 11]),
      before: drawn('before', [3, 5, 11]), hidden: drawn('hidden', [3, 5, 11]),
    }),
  },
  { op: 'RetortLinearInputGradient', inputs: () => ({ dy: drawn('dy', [3, 5, 11]), weight: drawn('weight', [11, 7]) }) },
  { op: 'RetortLinearWeightGradient', inputs: () => ({ dy: drawn('dy', [3, 5, 11]), x: drawn('x', [3, 5, 7]) }) },
  { op: 'RetortLinearBiasGradient', inputs: () => ({ dy: drawn('dy', [3, 5, 11]) }) },
  {
    op: 'RetortEmbedding',
    inputs: () => ({ table: padlessTable(), ids: ids() }),
    attributes: { padId, rows: 7 },
    formula: ({ table }) => tf.reshape(tf.matMul(tf.reshape(realRows(), [8, 7]), table as tf.Tensor2D), [2, 4, 5]),
    differentiated: ['table'],
  },
  { op: 'RetortEmbeddingGradient', inputs: () => ({ dy: drawn('dy', [2, 4, 5]), ids: ids() }), attributes: { padId, rows: 7 } },
  {
    op: 'RetortAttention',
    inputs: attentionInputs,
    attributes: { scale: 1 / Math.sqrt(7), ...noDropout },
    formula: attentionFormula,
    differentiated: ['query', 'key', 'value'],
  },
  {
    op: 'RetortAttention',
    what: 'with dropout',
    inputs: attentionInputs,
    attributes: { scale: 1 / Math.sqrt(7), ...dropout },
    formula: attentionFormula,
    differentiated: ['query', 'key', 'value'],
  },
  {
    op: 'RetortAttention',
    what: 'to another text, longer or shorter, with dropout',
    inputs: () => ({ query: drawn('query', [3, 2, 19, 7]), key: heads('key'), value: heads('value'), bias: bias() }),
    attributes: { scale: 1 / Math.sqrt(7), ...dropout },
    formula: attentionFormula,
    differentiated: ['query', 'key', 'value'],
  },
  {
    op: 'RetortAttention',
    what: 'of the first query alone, with the dropout of all five',
    inputs: () => ({ query: drawn('query', [3, 2, 1, 7]), key: heads('key'), value: heads('value'), bias: tf.mul(drawn('bias', [3, 1, 1, 5]), 3) }),
    attributes: { scale: 1 / Math.sqrt(7), ...dropout, rowStep: 5 },
    formula: attentionFormula,
    differentiated: ['query', 'key', 'value'],
  },
  {
    op: 'RetortAttention',
    what: 'of few queries to many keys',
    inputs: () => ({ query: heads('query'), key: drawn('key', [3, 2, 21, 7]), value: drawn('value', [3, 2, 21, 7]), bias: tf.mul(drawn('bias', [3, 1, 5, 21]), 3) }),
    attributes: { scale: 1 / Math.sqrt(7), ...noDropout },
    formula: attentionFormula,
    differentiated: ['query', 'key', 'value'],
  },
  {
    op: 'RetortAttentionGradient',
    inputs: () => ({ dy: heads('dy'), query: heads('query'), key: heads('key'), value: heads('value'), bias: bias(), left: tf.softmax(drawn('p', [3, 2, 5, 5])) }),
    attributes: { scale: 0.4, ...dropout },
  },
  {
    op: 'RetortSoftmaxCrossEntropy',
    inputs: () => ({ logits: drawn('logits', [5, 3], 3), targets: tf.mul(distribution('targets'), tf.tensor2d([1, 1, 0, 1, 1], [5, 1])) }), // row 2 does not count
    formula: ({ logits, targets }) => tf.neg(tf.sum(tf.mul(targets!, logProbabilities(logits!)), -1)),
    differentiated: ['logits'],
  },
  {
    op: 'RetortSoftmaxDivergence',
    inputs: () => ({ student: drawn('student', [5, 3], 3), teacher: drawn('teacher', [5, 3], 3) }),
    attributes: { temperature: 2.5 },
    formula: ({ student, teacher }) => {
      const [p, q] = [student!, teacher!].map((logits) => tf.softmax(tf.div(logits, 2.5))) as [tf.Tensor, tf.Tensor];
      return tf.sum(tf.mul(q, tf.log(tf.div(q, p))), -1);
    },
    differentiated: ['student'],
  },
  ...[true, false].map((taught): FusedCase => {
    const weights = { temperature: 2, softWeight: 3, maskedWeight: 0.7 };
    return {
      op: 'RetortVocabularyLoss',
      what: taught ? 'with a teacher' : 'without a teacher',
      inputs: () => ({
        input: drawn('input', [2, 4, 5]), weight: drawn('weight', [19, 5]), bias: drawn('bias', [19]),
        words: tf.tensor2d([-1, 3, -1, 18, 7, -1, -1, 0], [2, 4], 'int32'), mask: tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 0], [2, 4]),
        ...(taught && { teacherInput: drawn('teacherInput', [2, 4, 3]), teacherWeight: drawn('teacherWeight', [19, 3]), teacherBias: drawn('teacherBias', [19]) }),
      }),
      attributes: { ...weights, teacherWidth: taught ? 3 : 0, gradient: true },
      formula: ({ input, weight, bias: shift, words, mask, teacherInput, teacherWeight, teacherBias }) => {
        const said = tf.reshape(linearFormula({ x: input!, weight: weight!, bias: shift! }), [8, 19]);
        const [word, real] = [tf.reshape(words!, [8]), tf.reshape(mask!, [8])];
        const hits = tf.cast(tf.equal(tf.expandDims(word, 1), tf.expandDims(tf.range(0, 19, 1, 'int32'), 0)), 'float32');
        const masked = tf.div(tf.neg(tf.sum(tf.mul(tf.mul(hits, logProbabilities(said)), tf.expandDims(real, 1)))), 3);
        if (teacherInput === undefined) return tf.mul(masked, weights.maskedWeight);
        const taughtSays = tf.reshape(linearFormula({ x: teacherInput, weight: teacherWeight!, bias: teacherBias! }), [8, 19]);
        const [p, q] = [said, taughtSays].map((logits) => tf.softmax(tf.div(logits, 2))) as [tf.Tensor, tf.Tensor];
        const divergence = tf.div(tf.sum(tf.mul(tf.sum(tf.mul(q, tf.log(tf.div(q, p))), -1), real)), 7);
        return tf.add(tf.mul(masked, weights.maskedWeight), tf.mul(divergence, weights.softWeight));
      },
      differentiated: ['input', 'weight', 'bias'],
    };
  }),
  { op: 'RetortScaled', inputs: () => ({ x: drawn('x', [3, 5]), by: tf.scalar(0.3) }) },
  { op: 'RetortScaled', what: 'by one', inputs: () => ({ x: drawn('x', [3, 5]), by: tf.scalar(1) }) },
  { op: 'RetortAccumulate', inputs: () => ({ sum: drawn('sum', [3, 5]), more: drawn('more', [3, 5]) }), attributes: { own: false, wide: false } },
];
