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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default {
  recipe: 'recipes/distilbert-pretrain.ts', settings: {}, needs: ['glue', 'encoder', 'text', 'heldOut'], record: 'books-distilbert', baseline: 'no-books',
  arms: ['no-books', 'triple-loss', 'random-weights', 'no-distillation'], check: 'cut-3x384-no-books-seed1',
} satisfies Reproduction;
