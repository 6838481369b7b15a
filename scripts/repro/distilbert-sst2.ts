/**
 * DistilBERT (Sanh et al. 2019, arXiv:1910.01108) on SST-2: half the layers, no token types, no pooler; soft labels, and the triple loss on a
 *   classifier.
 *
 * Published: 66 M DistilBERT 91.3 on dev under 110 M BERT-base 92.7, after pre-training distillation on Wikipedia and books (720 V100 hours),
 *   which is not done here.
 * Run here: a DistilBERT of layers 2, 4, 6 of all-MiniLM-L6-v2 (6 x 384), taught by that encoder fine-tuned: soft labels (T = 2, half hard), and
 *   5/8 soft + 2/8 hard + 1/8 cosine of last states; 1,800 steps of 32, seeds 1 to 3.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-arms of distilbert-3x384 against fine-tuning; fine-tuning, soft-labels, triple -->
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'triple'], { students: ['distilbert'], check: 'distilbert-3x384-fine-tuning-seed1' });
