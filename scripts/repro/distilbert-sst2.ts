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
 * | student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | long, accuracy % | long, better than fine-tuning by | keeps of the teacher above chance %, long | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 88.5 |  | 90.1 |  |  |  |  |
 * | distilbert-3x384 | fine-tuning | 3 | 84.1 ± 0.6 |  | 85.4 ± 0.3 |  | 87.8 | 88.0 ± 0.2 | 0.2071 ± 0.0011 |
 * | distilbert-3x384 | soft-labels | 3 | 84.0 ± 0.1 | -0.1 [-1.0, 0.9], does not separate | 85.1 ± 0.3 | -0.4 [-0.7, -0.1] | 86.8 | 88.0 ± 0.1 | 0.2356 ± 0.0041 |
 * | distilbert-3x384 | triple | 3 | 84.4 ± 0.7 | +0.3 [-1.2, 1.7], does not separate | 85.7 ± 0.2 | +0.3 [-0.3, 0.8], does not separate | 88.5 | 88.7 ± 0.1 | 0.2257 ± 0.0067 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 7.0 | 28,623 | 1,800 of 32 | 183 | 5.5 |
 * | distilbert-3x384 | fine-tuning | 17,389,826 | 69.6 MB | 2.4 | 28,623 | 1,800 of 32 | 66 | 2.0 |
 * | distilbert-3x384 | soft-labels | 17,389,826 | 69.6 MB | 9.4 | 28,623 | 1,800 of 32 | 143 | 4.3 |
 * | distilbert-3x384 | triple | 17,389,826 | 69.6 MB | 2.6 | 28,623 | 1,800 of 32 | 209 | 6.3 |
 *
 * dev, distilbert-3x384: soft-labels and triple are not to be told from fine-tuning.
 * long, distilbert-3x384: soft-labels is worse than fine-tuning; triple is not to be told from fine-tuning.
 *
 * 10 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 872 examples, chance 50.9; long: 6,000 examples, those that stand in one another drawn together, chance 51.5. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'triple'], { students: ['distilbert'], check: 'distilbert-3x384-fine-tuning-seed1' });
