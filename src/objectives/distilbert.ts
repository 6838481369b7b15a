/**
 * DistilBERT's triple loss, for students that predict masked words: soft labels at every token, hard labels at the masked ones, and
 * the direction of the last hidden states. It starts no student (half the teacher's layers: `cutStudent`) and masks no text.
 */
import { type Decoder, vocabularyLoss } from '../engine/fused/vocabulary-loss.ts';
import * as tf from '../engine/tf.ts';
import { cosineDistance } from './cosine.ts';
import { checkTemperature } from './mixture.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { labelsOf } from './rows.ts';
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

type TokenWants = { readonly decoder?: true; readonly hidden: readonly number[] };

/**
 * The triple loss over a masked-LM head's logits, the masked words and the last hidden states. Sanh et al. 2019, section 2; the weights
 * 5, 2, 1 and T = 2 are those of the authors' code.
 * L = w_soft mean_t T² Σ_v p_t log(p_t / p_s) + w_masked mean_m -log p_s(word) + w_cosine mean_t (1 - cos(h_s, h_t)), p = softmax(z / T)
 * in the first term, T = 1 in the second.
 * Shapes: logits z = input Wᵀ + b [B, T, V], wanted as the decoder that makes them, of one vocabulary; hidden states [B, T, H], equal on both
 * sides (no projection); masked-LM labels [B, T], below 0 = not predicted.
 * Averages: over the batch's real tokens (first and third term) and over its predicted real positions (second); 0 where there is none.
 * Scale: the soft term carries T². The teacher gets no gradient. A term of weight 0 is neither asked for nor computed.
 */
export function distilbert({ temperature = 2, weights }: DistilbertOptions = {}): Objective<TokenWants, TokenWants> {
  const { soft, masked, cosine } = { soft: 5, masked: 2, cosine: 1, ...weights };
  checkTemperature('distilbert', temperature);
  for (const [term, weight] of Object.entries({ soft, masked, cosine })) checkWeight(weight, weightOf(term));
  if (soft === 0 && masked === 0 && cosine === 0) throw new Error('distilbert: at least one weight must be above 0');
  const states = { hidden: cosine === 0 ? [] : [last] };
  const decoder = { decoder: true as const, ...states };
  return {
    name: 'distilbert',
    settings: { temperature, soft: describedWeight(soft), masked: describedWeight(masked), cosine: describedWeight(cosine) },
    paper,
    wants: { student: soft === 0 && masked === 0 ? states : decoder, teacher: soft === 0 ? states : decoder },
    loss: (student, teacher, batch, context) => {
      const at = (term: string, weight: Weight) => weightAt(weight, context, weightOf(term));
      const terms: tf.Tensor[] = [];
      if (student.decoder !== undefined) {
        requireOneVocabulary(student.decoder, teacher.decoder);
        const words = masked === 0 ? undefined : labelsOf(batch, 'distilbert', 'masked-lm').values;
        const { loss, soft: softened, masked: predicted } = vocabularyLoss(student.decoder, {
          teacher: teacher.decoder,
          words: words ?? tf.fill(batch.mask.shape, -1, 'int32'),
          mask: batch.mask,
          temperature,
          softWeight: at('soft', soft) * temperature ** 2,
          maskedWeight: at('masked', masked),
        });
        if (soft !== 0) context.hear?.('distilbert.soft', tf.mul(softened, temperature ** 2));
        if (masked !== 0) context.hear?.('distilbert.masked', predicted);
        terms.push(loss);
      }
      if (cosine !== 0) {
        const distance = cosineTerm(student.hidden.get(last), teacher.hidden.get(last), tf.reshape(batch.mask, [-1]));
        context.hear?.('distilbert.cosine', distance);
        terms.push(tf.mul(distance, at('cosine', cosine)));
      }
      return tf.addN(terms) as tf.Scalar;
    },
  };
}

const weightOf = (term: string) => `distilbert: the weight of the ${term} term`;

function requireOneVocabulary(student: Decoder, teacher: Decoder | undefined): void {
  const [own, others] = [student.weight.shape[0], teacher?.weight.shape[0]];
  if (others !== undefined && own !== others) throw new Error(`distilbert: the student's vocabulary has ${own} words, the teacher's ${others}: they must share one`);
}

function cosineTerm(student: tf.Tensor | undefined, teacher: tf.Tensor | undefined, real: tf.Tensor): tf.Scalar {
  if (student === undefined || teacher === undefined) throw new Error('distilbert wants the last hidden states of student and teacher');
  requireEqual(student, teacher);
  return meanOver(tf.mul(cosineDistance(tokens(student), stopGradient(tokens, teacher)), real), real);
}

/** [B, T, N] -> [B T, N] */
function tokens(values: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [-1, values.shape.at(-1) ?? 0]);
}

function requireEqual(student: tf.Tensor, teacher: tf.Tensor): void {
  if (student.shape.length === 3 && student.shape.join() === teacher.shape.join()) return;
  throw new Error(`distilbert: student hidden states [${student.shape.join(', ')}] and teacher hidden states [${teacher.shape.join(', ')}] must be one value per token and equal in shape`);
}
