/**
 * MiniLM (Wang et al. 2020, arXiv:2002.10957): attention and value relations of the last layer.
 *
 * Published: 6 layers x 384 on dev: 91.5 under BERT-base 93.2, by pre-training distillation (400,000 steps of 1,024 rows), which is not done here.
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384, itself a distilled encoder) fine-tuned, 1,800 steps of 32; students: layers 2, 4, 6 of the
 *   encoder, and 3x312 from nothing; 1,800 steps, seeds 1 to 3. MiniLM's two losses at weight 1 beside soft labels (T = 2, half hard), on the task
 *   itself.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-arms against fine-tuning; fine-tuning, soft-labels, minilm -->
 * | student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | long, accuracy % | long, better than fine-tuning by | keeps of the teacher above chance %, long | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 88.5 |  | 90.1 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 84.3 ± 1.2 |  | 85.9 ± 0.1 |  | 89.0 | 88.3 ± 0.2 | 0.1923 ± 0.0042 |
 * | cut-3x384 | minilm | 3 | 85.8 ± 0.1 | +1.5 [-0.1, 3.2], does not separate | 87.1 ± 0.3 | +1.1 [0.5, 1.7] | 92.0 | 90.5 ± 0.1 | 0.1592 ± 0.0015 |
 * | cut-3x384 | soft-labels | 3 | 84.8 ± 0.4 | +0.5 [-0.6, 1.6], does not separate | 86.0 ± 0.2 | +0.1 [-0.2, 0.5], does not separate | 89.3 | 88.7 ± 0.2 | 0.2067 ± 0.0023 |
 * | distilbert-3x384 | fine-tuning | 3 | 84.1 ± 0.6 |  | 85.4 ± 0.3 |  | 87.8 | 88.0 ± 0.2 | 0.2071 ± 0.0011 |
 * | distilbert-3x384 | soft-labels | 3 | 84.0 ± 0.1 | -0.1 [-1.0, 0.9], does not separate | 85.1 ± 0.3 | -0.4 [-0.7, -0.1] | 86.8 | 88.0 ± 0.1 | 0.2356 ± 0.0041 |
 * | fresh-3x312 | fine-tuning | 3 | 80.0 ± 1.0 |  | 81.9 ± 0.5 |  | 78.5 | 82.4 ± 0.2 | 0.3468 ± 0.0100 |
 * | fresh-3x312 | minilm | 3 | 80.9 ± 0.7 | +0.9 [-0.8, 2.8], does not separate | 82.7 ± 0.1 | +0.9 [0.1, 1.6] | 80.8 | 83.9 ± 0.1 | 0.3571 ± 0.0191 |
 * | fresh-3x312 | soft-labels | 3 | 79.7 ± 0.7 | -0.2 [-1.6, 1.1], does not separate | 82.2 ± 0.4 | +0.4 [-0.3, 1.0], does not separate | 79.5 | 83.2 ± 0.4 | 0.3727 ± 0.0128 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 7.0 | 28,623 | 1,800 of 32 | 183 | 5.5 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 2.1 | 28,623 | 1,800 of 32 | 51 | 1.5 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 2.6 | 28,623 | 1,800 of 32 | 117 | 3.5 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 1.9 | 28,623 | 1,800 of 32 | 49 | 1.5 |
 * | distilbert-3x384 | fine-tuning | 17,389,826 | 69.6 MB | 2.4 | 28,623 | 1,800 of 32 | 66 | 2.0 |
 * | distilbert-3x384 | soft-labels | 17,389,826 | 69.6 MB | 9.4 | 28,623 | 1,800 of 32 | 143 | 4.3 |
 * | fresh-3x312 | fine-tuning | 13,088,882 | 52.4 MB | 1.7 | 28,623 | 1,800 of 32 | 42 | 1.3 |
 * | fresh-3x312 | minilm | 13,088,882 | 52.4 MB | 2.6 | 28,623 | 1,800 of 32 | 109 | 3.3 |
 * | fresh-3x312 | soft-labels | 13,088,882 | 52.4 MB | 2.1 | 28,623 | 1,800 of 32 | 45 | 1.3 |
 *
 * dev, cut-3x384: minilm and soft-labels are not to be told from fine-tuning.
 * dev, distilbert-3x384: soft-labels is not to be told from fine-tuning.
 * dev, fresh-3x312: minilm and soft-labels are not to be told from fine-tuning.
 * long, cut-3x384: minilm is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 * long, distilbert-3x384: soft-labels is worse than fine-tuning.
 * long, fresh-3x312: minilm is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 *
 * 25 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 872 examples, chance 50.9; long: 6,000 examples, those that stand in one another drawn together, chance 51.5. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'minilm']);
