/**
 * A text's embedding as the teacher has it: the mean of its tokens' last states. What a student of an embedding model learns. Reimers & Gurevych 2020.
 */
import * as tf from '../engine/tf.ts';
import { cosineDistance } from './cosine.ts';
import type { Objective, Paper } from './objective.ts';
import { stopGradient } from './stop-gradient.ts';
import { requireSameShape } from './token-mean.ts';

const paper: Paper = {
  authors: 'Reimers & Gurevych',
  year: 2020,
  title: 'Making monolingual sentence embeddings multilingual using knowledge distillation',
  id: '2004.09813',
};

export interface SentenceEmbeddingOptions {
  /** 'squares': length and direction are matched, as in the paper; 'cosine': the direction alone. */
  readonly distance?: 'squares' | 'cosine';
}

/**
 * L = mean over texts of ‖e_s - e_t‖² / H, or of 1 - cos(e_s, e_t); Reimers & Gurevych 2020, section 2 (the first of its two squares: one language).
 * Shapes: embeddings [B, H] of one width. An embedding of no length has cosine 0 and gets no gradient from it.
 * Averages over the batch's texts. Scale: none; squares are of unnormalised embeddings, small numbers where those are short.
 * Deviations: the cosine is ours. Another width is refused: a projection that stays behind would leave a student whose own cosines nobody taught.
 */
export function sentenceEmbedding({ distance = 'squares' }: SentenceEmbeddingOptions = {}): Objective<{ sentence: true }, { sentence: true }> {
  return {
    name: 'sentence-embedding',
    settings: { distance },
    paper,
    wants: { student: { sentence: true }, teacher: { sentence: true } },
    refusal: ({ student, teacher }) =>
      teacher === undefined || student.width === teacher.width ? undefined : `sentence-embedding: the student's embeddings are ${student.width} wide, the teacher's ${teacher.width}; rkd-distance and rkd-angle compare embeddings of any widths`,
    loss: ({ sentence }, teacher) => {
      const target = stopGradient((said) => tf.clone(said), teacher.sentence);
      requireSameShape('sentence-embedding', sentence, target);
      return tf.mean(distance === 'squares' ? tf.squaredDifference(sentence, target) : cosineDistance(sentence, target));
    },
  };
}
