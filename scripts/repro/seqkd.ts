/**
 * Sequence-level distillation (Kim & Rush 2016, arXiv:1606.07947): a student learns what its teacher's beam search wrote.
 *
 * Published: WMT14 English-German, BLEU greedy / beam 5: student of 2 x 500 14.7 / 17.6, word level 15.4 / 17.7, sequence level 18.9 / 19.0, then
 *   interpolated 18.9 / 19.3, word and sequence 18.7 / 18.9; teacher of 4 x 1000 17.7 / 19.5. Perplexity of the references 8.2 to 22.7, mass on
 *   the mode 0.9 % to 16.9 %.
 * Run here: a Marian teacher of 4+4 layers x 160 from scratch, 6,000 steps of 128; students of 2+2 x 96, 2,800 steps, seeds 1 to 3: alone, word
 *   level (half the teacher's), on its best of 5, on that and fine-tuned for 700 steps on the one of its 20 nearest to the reference, on its best
 *   of 5 with the word level. Weights by greedy BLEU on val.
 * On: Multi30k English-German, 29,000 pairs as they were published; tested on test2016.
 * Came out (npm run tables):
 * <!-- evidence: multi30k-sequence-level against alone -->
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default {
  recipe: 'recipes/multi30k-sequence-level.ts', settings: {}, needs: ['corpus'], record: 'multi30k-sequence-level', baseline: 'alone',
  arms: ['alone', 'word-kd', 'seq-kd', 'seq-inter', 'word-seq'], check: 'teacher-seed1',
} satisfies Reproduction;
