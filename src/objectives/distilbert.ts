/**
 * DistilBERT's triple loss, for students that predict masked words: soft labels at every token, hard labels at the masked ones, and
 * the direction of the last hidden states. It starts no student (half the teacher's layers: `cutStudent`) and masks no text.
 */
import type { Batch } from '../engine/batch.ts';
import { softmaxCrossEntropy, softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { cosineDistance } from './cosine.ts';
import { checkTemperature } from './mixture.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { labelRows, labelsOf } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { checkWeight, describedWeight, type Weight, weightAt } from './weight.ts';

const paper: Paper = {
  authors: 'Sanh, Debut, Chaumond & Wolf',
  year: 2019,
  title: 'DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter',
  id: '1910.01108',
};

/** The last hidden states, whatever the depth of each side. */
const last = -1;

export interface DistilbertOptions {
  /** T of the soft term, above 0. */
  readonly temperature?: number;
  /** How much each term counts; may follow the step. Those left out keep the weights of the authors' code. */
  readonly weights?: { readonly soft?: Weight; readonly masked?: Weight; readonly cosine?: Weight };
}

type TokenWants = { readonly logits: true; readonly hidden: readonly number[] };

/**
 * The triple loss over a masked-LM head's logits, the masked words and the last hidden states. Sanh et al. 2019, section 2; the weights
 * 5, 2, 1 and T = 2 are those of the authors' code.
 * L = w_soft mean_t T² Σ_v p_t log(p_t / p_s) + w_masked mean_m -log p_s(word) + w_cosine mean_t (1 - cos(h_s, h_t)), p = softmax(z / T)
 * in the first term, T = 1 in the second.
 * Shapes: logits [B, T, V] and hidden states [B, T, H], equal on both sides (no projection); masked-LM labels [B, T], below 0 = not predicted.
 * Averages: over the batch's real tokens (first and third term) and over its predicted real positions (second); 0 where there is none.
 * Scale: the soft term carries T². The teacher gets no gradient. A term of weight 0 is neither asked for nor computed.
 */
export function distilbert({ temperature = 2, weights }: DistilbertOptions = {}): Objective<TokenWants, TokenWants> {
  const { soft, masked, cosine } = { soft: 5, masked: 2, cosine: 1, ...weights };
  checkTemperature('distilbert', temperature);
  for (const [term, weight] of Object.entries({ soft, masked, cosine })) checkWeight(weight, weightOf(term));
  if (soft === 0 && masked === 0 && cosine === 0) throw new Error('distilbert: at least one weight must be above 0');
  const wants: TokenWants = { logits: true, hidden: cosine === 0 ? [] : [last] };
  return {
    name: 'distilbert',
    settings: { temperature, soft: describedWeight(soft), masked: describedWeight(masked), cosine: describedWeight(cosine) },
    paper,
    wants: { student: wants, teacher: wants },
    loss: (student, teacher, batch, context) => {
      const terms: tf.Tensor[] = [];
      const add = (term: string, weight: Weight, value: () => tf.Scalar) => {
        if (weight === 0) return;
        const said = value();
        context.hear?.(`distilbert.${term}`, said);
        terms.push(tf.mul(said, weightAt(weight, context.step, weightOf(term))));
      };
      const real = tf.reshape(batch.mask, [-1]); // [B T]
      add('soft', soft, () => softTerm(student.logits, teacher.logits, real, temperature));
      add('masked', masked, () => maskedTerm(student.logits, batch, real));
      add('cosine', cosine, () => cosineTerm(student.hidden.get(last), teacher.hidden.get(last), real));
      return tf.addN(terms) as tf.Scalar;
    },
  };
}

const weightOf = (term: string) => `distilbert: the weight of the ${term} term`;

function softTerm(student: tf.Tensor, teacher: tf.Tensor, real: tf.Tensor, temperature: number): tf.Scalar {
  requireEqual('logits', student, teacher);
  const divergence = softmaxDivergence(tokens(student), tokens(teacher), { temperature }); // [B T]
  return tf.mul(meanOver(tf.mul(divergence, real), real), temperature ** 2);
}

function maskedTerm(logits: tf.Tensor, batch: Batch, real: tf.Tensor): tf.Scalar {
  const { targets, known } = labelRows(labelsOf(batch, 'distilbert', 'masked-lm'), logits.shape.at(-1) ?? 0);
  const predicted = tf.mul(known, real); // [B T]
  const loss = softmaxCrossEntropy(tokens(logits), targets); // [B T]
  return meanOver(tf.mul(loss, predicted), predicted);
}

function cosineTerm(student: tf.Tensor | undefined, teacher: tf.Tensor | undefined, real: tf.Tensor): tf.Scalar {
  if (student === undefined || teacher === undefined) throw new Error('distilbert wants the last hidden states of student and teacher');
  requireEqual('hidden states', student, teacher);
  return meanOver(tf.mul(cosineDistance(tokens(student), stopGradient(tokens, teacher)), real), real);
}

/** [B, T, N] -> [B T, N] */
function tokens(values: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [-1, values.shape.at(-1) ?? 0]);
}

function requireEqual(what: string, student: tf.Tensor, teacher: tf.Tensor): void {
  if (student.shape.length === 3 && student.shape.join() === teacher.shape.join()) return;
  throw new Error(`distilbert: student ${what} [${student.shape.join(', ')}] and teacher ${what} [${teacher.shape.join(', ')}] must be one value per token and equal in shape`);
}
