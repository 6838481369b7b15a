/**
 * Sequence-level distillation: the likelihood of the translations that a teacher's beam search found, in place of the references. Kim &
 * Rush 2016, section 3.2. Which translations they are is decided before (`translateCorpus`, `selectTranslations`): here they are labels.
 */
import type { Objective, Paper } from './objective.ts';
import { checkEpsilon, decoderFor, targetTokens, translationLoss, type TranslationLossOptions, type TranslationReduction } from './translation-loss.ts';

export const kimRush: Paper = {
  authors: 'Kim & Rush',
  year: 2016,
  title: 'Sequence-level knowledge distillation',
  id: '1606.07947',
};

export type SeqKdOptions = TranslationLossOptions;

const reductions: readonly TranslationReduction[] = ['token-mean', 'sequence-sum'];

/**
 * L = mean over target tokens of -Σ_v q_v log p_v, q = (1 - ε) one-hot(ŷ) + ε / V; Kim & Rush 2016, equation for L_SEQ-KD with ŷ the mode
 * that beam search found. With `reduction: 'sequence-sum'` it is the paper's -log p(ŷ|x), mean over translations.
 * Shapes: logits [B, U, V], wanted as the decoder that makes them; labels of kind `translation` [B, U], below 0 = nothing to be said.
 * Averages over all target tokens of the batch (not a mean of means); 0 where there is none. Temperature 1.
 * Deviations: the paper sums over a sequence; a token mean keeps the rate independent of length. No smoothing by default, as in the paper.
 */
export function seqKd({ epsilon = 0, reduction = 'token-mean' }: SeqKdOptions = {}): Objective<{ decoder: true }, object> {
  checkEpsilon('seq-kd', epsilon);
  if (!reductions.includes(reduction)) throw new Error(`seq-kd: the reduction is ${reductions.join(' or ')}, not ${String(reduction)}`);
  return {
    name: 'seq-kd',
    settings: { reduction, epsilon },
    paper: kimRush,
    wants: { student: { decoder: true }, teacher: {} },
    loss: ({ decoder }, _teacher, batch) => {
      const target = targetTokens(batch, 'seq-kd');
      return translationLoss(decoderFor(decoder, target, 'seq-kd'), target, { epsilon, reduction });
    },
  };
}
