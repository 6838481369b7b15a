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
 * | student | arm | seeds | greedy, BLEU | greedy, better than alone by | beam-5, BLEU | beam-5, better than alone by | keeps of the teacher %, beam-5 |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 39.7 |  | 40.3 |  |  |
 * | 2plus2x96 | alone | 3 | 33.1 ± 0.4 |  | 34.7 ± 0.2 |  | 86.1 |
 * | 2plus2x96 | seq-inter | 3 | 35.9 ± 0.2 | +2.76 [1.96, 3.67] | 36.9 ± 0.1 | +2.25 [1.51, 3.00] | 91.6 |
 * | 2plus2x96 | seq-kd | 3 | 36.0 ± 0.3 | +2.83 [1.92, 3.94] | 36.9 ± 0.3 | +2.18 [1.39, 3.08] | 91.5 |
 * | 2plus2x96 | word-kd | 3 | 35.0 ± 0.2 | +1.85 [1.08, 2.58] | 36.0 ± 0.6 | +1.33 [0.53, 2.12] | 89.4 |
 * | 2plus2x96 | word-seq | 3 | 36.5 ± 0.5 | +3.32 [2.33, 4.43] | 37.5 ± 0.2 | +2.77 [2.07, 3.57] | 92.9 |
 *
 * | student | arm | a beam adds, BLEU | perplexity of the references | mass on its greedy translation % |
 * | --- | --- | --- | --- | --- |
 * | teacher |  | 0.58 | 4.88 | 5.4 |
 * | 2plus2x96 | alone | 1.56 ± 0.36 | 7.47 ± 0.04 | 6.3 ± 0.2 |
 * | 2plus2x96 | seq-inter | 1.04 ± 0.17 | 11.78 ± 0.19 | 12.3 ± 0.1 |
 * | 2plus2x96 | seq-kd | 0.91 ± 0.12 | 14.65 ± 0.15 | 18.5 ± 0.2 |
 * | 2plus2x96 | word-kd | 1.03 ± 0.44 | 6.86 ± 0.02 | 5.5 ± 0.1 |
 * | 2plus2x96 | word-seq | 1.01 ± 0.35 | 8.98 ± 0.06 | 10.2 ± 0.3 |
 *
 * 2plus2x96 seq-inter against alone: greedy search gains 2.76, a beam adds 1.04 where it added 1.56, the references' perplexity goes from 7.47 to 11.78, the mass on its greedy translation is 2.0 times that (as the paper's sequence level).
 * 2plus2x96 seq-kd against alone: greedy search gains 2.83, a beam adds 0.91 where it added 1.56, the references' perplexity goes from 7.47 to 14.65, the mass on its greedy translation is 2.9 times that (as the paper's sequence level).
 * 2plus2x96 word-kd against alone: greedy search gains 1.85, a beam adds 1.03 where it added 1.56 (as the paper's sequence level); unlike it: the references' perplexity goes from 7.47 to 6.86, the mass on its greedy translation is 0.9 times that.
 * 2plus2x96 word-seq against alone: greedy search gains 3.32, a beam adds 1.01 where it added 1.56, the references' perplexity goes from 7.47 to 8.98, the mass on its greedy translation is 1.6 times that (as the paper's sequence level).
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 4,175,680 | 16.7 MB | 1.3 | 29,000 | 6,000 of 128 | 347 | 34.7 |
 * | 2plus2x96 | alone | 1,298,240 | 5.20 MB | 1.0 | 29,000 | 2,800 of 128 | 120 | 5.6 |
 * | 2plus2x96 | seq-inter | 1,298,240 | 5.20 MB | 1.1 | 29,000 | 700 of 128 | 104 | 1.2 |
 * | 2plus2x96 | seq-kd | 1,298,240 | 5.20 MB | 0.8 | 29,000 | 2,800 of 128 | 105 | 4.9 |
 * | 2plus2x96 | word-kd | 1,298,240 | 5.20 MB | 1.0 | 29,000 | 2,800 of 128 | 218 | 10.2 |
 * | 2plus2x96 | word-seq | 1,298,240 | 5.20 MB | 1.1 | 29,000 | 2,800 of 128 | 205 | 9.6 |
 *
 * greedy, 2plus2x96: seq-inter, seq-kd, word-kd and word-seq are better than alone.
 * beam-5, 2plus2x96: seq-inter, seq-kd, word-kd and word-seq are better than alone.
 *
 * 16 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (AMD EPYC). greedy: 1,000 examples; beam-5: 1,000 examples. BLEU: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:retort-0.1.0. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to alone, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default {
  recipe: 'recipes/multi30k-sequence-level.ts', settings: {}, needs: ['corpus'], record: 'multi30k-sequence-level', baseline: 'alone',
  arms: ['alone', 'word-kd', 'seq-kd', 'seq-inter', 'word-seq'], check: 'teacher-seed1',
} satisfies Reproduction;
