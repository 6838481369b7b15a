/**
 * TinyBERT (Jiao et al. 2020, arXiv:1909.10351): embeddings, hidden states, raw attention scores and predictions.
 *
 * Published: 4 layers x 312 on the test server: 92.6 with general distillation, augmented text and two stages on the task; 87.6 without
 *   distillation; teacher 93.4.
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384, itself a distilled encoder) fine-tuned, 1,800 steps of 32; students: layers 2, 4, 6 of the
 *   encoder, and 3x312 from nothing; 1,800 steps, seeds 1 to 3. One stage, all four losses at weight 1, no labels, no augmentation, no general
 *   distillation.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-arms against fine-tuning; fine-tuning, soft-labels, tinybert -->
 * | student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | long, accuracy % | long, better than fine-tuning by | keeps of the teacher above chance %, long | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 88.5 |  | 90.1 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 84.3 ± 1.2 |  | 85.9 ± 0.1 |  | 89.0 | 88.3 ± 0.2 | 0.1923 ± 0.0042 |
 * | cut-3x384 | soft-labels | 3 | 84.8 ± 0.4 | +0.5 [-0.6, 1.6], does not separate | 86.0 ± 0.2 | +0.1 [-0.2, 0.5], does not separate | 89.3 | 88.7 ± 0.2 | 0.2067 ± 0.0023 |
 * | cut-3x384 | tinybert | 3 | 86.9 ± 0.4 | +2.6 [0.8, 4.5] | 87.2 ± 0.2 | +1.3 [0.5, 2.0] | 92.3 | 91.6 ± 0.1 | 0.1151 ± 0.0013 |
 * | distilbert-3x384 | fine-tuning | 3 | 84.1 ± 0.6 |  | 85.4 ± 0.3 |  | 87.8 | 88.0 ± 0.2 | 0.2071 ± 0.0011 |
 * | distilbert-3x384 | soft-labels | 3 | 84.0 ± 0.1 | -0.1 [-1.0, 0.9], does not separate | 85.1 ± 0.3 | -0.4 [-0.7, -0.1] | 86.8 | 88.0 ± 0.1 | 0.2356 ± 0.0041 |
 * | fresh-3x312 | fine-tuning | 3 | 80.0 ± 1.0 |  | 81.9 ± 0.5 |  | 78.5 | 82.4 ± 0.2 | 0.3468 ± 0.0100 |
 * | fresh-3x312 | soft-labels | 3 | 79.7 ± 0.7 | -0.2 [-1.6, 1.1], does not separate | 82.2 ± 0.4 | +0.4 [-0.3, 1.0], does not separate | 79.5 | 83.2 ± 0.4 | 0.3727 ± 0.0128 |
 * | fresh-3x312 | tinybert | 3 | 82.7 ± 1.1 | +2.8 [0.6, 5.0] | 84.0 ± 0.3 | +2.1 [1.0, 3.2] | 84.1 | 86.1 ± 0.4 | 0.2343 ± 0.0014 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 7.0 | 28,623 | 1,800 of 32 | 183 | 5.5 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 2.1 | 28,623 | 1,800 of 32 | 51 | 1.5 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 1.9 | 28,623 | 1,800 of 32 | 49 | 1.5 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 2.8 | 28,623 | 1,800 of 32 | 148 | 4.4 |
 * | distilbert-3x384 | fine-tuning | 17,389,826 | 69.6 MB | 2.4 | 28,623 | 1,800 of 32 | 66 | 2.0 |
 * | distilbert-3x384 | soft-labels | 17,389,826 | 69.6 MB | 9.4 | 28,623 | 1,800 of 32 | 143 | 4.3 |
 * | fresh-3x312 | fine-tuning | 13,088,882 | 52.4 MB | 1.7 | 28,623 | 1,800 of 32 | 42 | 1.3 |
 * | fresh-3x312 | soft-labels | 13,088,882 | 52.4 MB | 2.1 | 28,623 | 1,800 of 32 | 45 | 1.3 |
 * | fresh-3x312 | tinybert | 13,088,882 | 52.4 MB | 2.6 | 28,623 | 1,800 of 32 | 148 | 4.4 |
 *
 * dev, cut-3x384: tinybert is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 * dev, distilbert-3x384: soft-labels is not to be told from fine-tuning.
 * dev, fresh-3x312: tinybert is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 * long, cut-3x384: tinybert is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 * long, distilbert-3x384: soft-labels is worse than fine-tuning.
 * long, fresh-3x312: tinybert is better than fine-tuning; soft-labels is not to be told from fine-tuning.
 *
 * 25 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 872 examples, chance 50.9; long: 6,000 examples, those that stand in one another drawn together, chance 51.5. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'tinybert']);
