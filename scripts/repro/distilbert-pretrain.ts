/**
 * DistilBERT's pre-training (Sanh et al. 2019, arXiv:1910.01108): the triple loss on running text, then fine-tuning.
 *
 * Published: six layers of BERT-base, English Wikipedia and books, 8 GPUs for 90 hours: SST-2 91.3 where BERT has 92.7; GLUE 77.0 of 79.5;
 *   without the soft term -2.96 points of GLUE, without the cosine -1.46, without the masked words -0.31, from random weights -3.69.
 * Run here: all-MiniLM-L6-v2 with a fresh tied masked-LM head, 1,000 steps of 32 blocks of 128 tokens on the text; then its layers 2, 4, 6 as long
 *   with the triple loss (5, 2, 1; T = 2), from random weights with it, and with masked words alone; each fine-tuned on SST-2, 1,800 steps of 32,
 *   seeds 1 to 3, beside a cut that read nothing.
 * On: the text given as --text, its loss on --held-out; SST-2 as GLUE distributes it, all rows, tested on dev.
 * Came out (npm run tables):
 * <!-- evidence: books-distilbert against no-books -->
 * | student | arm | seeds | dev, accuracy % | dev, better than no-books by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 88.6 |  |  |  |  |
 * | cut-3x384 | no-books | 3 | 84.9 ± 0.4 |  | 90.0 | 89.1 ± 0.6 | 0.1175 ± 0.0083 |
 * | cut-3x384 | no-distillation | 3 | 83.7 ± 0.3 | -1.1 [-2.9, 0.7], does not separate | 86.9 | 90.1 ± 0.3 | 0.1041 ± 0.0036 |
 * | cut-3x384 | random-weights | 3 | 82.2 ± 0.5 | -2.6 [-5.0, -0.3] | 83.0 | 83.4 ± 0.5 | 0.2090 ± 0.0102 |
 * | cut-3x384 | triple-loss | 3 | 85.2 ± 0.2 | +0.3 [-1.5, 2.2], does not separate | 90.9 | 90.7 ± 0.5 | 0.0916 ± 0.0034 |
 *
 * | student | arm | masked-LM loss before | after, nats | perplexity | corpus | steps | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 10.845 | 6.452 | 634.2 | 67,083 blocks of 128 | 1,000 of 32 | 26.0 |
 * | cut-3x384 | no-distillation | 8.370 | 6.518 | 677.2 | 67,083 blocks of 128 | 1,000 of 32 | 12.8 |
 * | cut-3x384 | random-weights | 10.401 | 8.448 | 4667.1 | 67,083 blocks of 128 | 1,000 of 32 | 36.9 |
 * | cut-3x384 | triple-loss | 8.370 | 6.471 | 645.9 | 67,083 blocks of 128 | 1,000 of 32 | 37.9 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 4.1 | 67,349 | 1,800 of 32 | 126 | 3.8 |
 * | cut-3x384 | no-books | 17,390,594 | 69.6 MB | 1.7 | 67,349 | 1,800 of 32 | 66 | 2.0 |
 * | cut-3x384 | no-distillation | 17,390,594 | 69.6 MB | 2.0 | 67,349 | 1,800 of 32 | 68 | 2.0 |
 * | cut-3x384 | random-weights | 17,390,594 | 69.6 MB | 2.2 | 67,349 | 1,800 of 32 | 68 | 2.1 |
 * | cut-3x384 | triple-loss | 17,390,594 | 69.6 MB | 1.8 | 67,349 | 1,800 of 32 | 66 | 2.0 |
 *
 * dev, cut-3x384: random-weights is worse than no-books; no-distillation and triple-loss are not to be told from no-books.
 *
 * 13 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (AMD EPYC). dev: 872 examples, chance 50.9. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to no-books, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default {
  recipe: 'recipes/distilbert-pretrain.ts', settings: {}, needs: ['glue', 'encoder', 'text', 'heldOut'], record: 'books-distilbert', baseline: 'no-books',
  arms: ['no-books', 'triple-loss', 'random-weights', 'no-distillation'], check: 'cut-3x384-no-books-seed1',
} satisfies Reproduction;
