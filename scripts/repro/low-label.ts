/**
 * Few labels, plenty of text: what a teacher says of unlabelled rows (Hinton et al. 2015; Turc et al. 2019, arXiv:1908.08962).
 *
 * Published: no figure at this size; Turc et al. find that a small student gains most where labels are few and unlabelled text of the domain is
 *   plenty.
 * Run here: 500 labels drawn by the seed for teacher (160 steps) and students, 20,000 rows without labels for the distilled ones; 640 steps of 32
 *   each, seeds 1 to 5; all-MiniLM-L6-v2, layers 2, 4, 6 of it, and 3x312 from nothing.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-500-labels against fine-tuning -->
 * | student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | long, accuracy % | long, better than fine-tuning by | keeps of the teacher above chance %, long | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 5 | 79.0 ± 0.5 |  | 78.9 ± 0.8 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 5 | 75.0 ± 1.0 |  | 75.5 ± 0.5 |  | 87.7 | 84.0 ± 0.7 | 0.8410 ± 0.0449 |
 * | cut-3x384 | minilm | 5 | 78.4 ± 0.9 | +3.4 [1.8, 5.0] | 77.5 ± 0.4 | +2.0 [1.2, 2.9] | 95.2 | 88.8 ± 0.6 | 0.1784 ± 0.0311 |
 * | cut-3x384 | pkd | 5 | 77.9 ± 1.1 | +2.9 [1.2, 4.6] | 77.6 ± 0.4 | +2.1 [1.3, 3.0] | 95.5 | 88.6 ± 0.7 | 0.1866 ± 0.0283 |
 * | cut-3x384 | soft-labels | 5 | 77.6 ± 0.8 | +2.6 [1.0, 4.3] | 77.5 ± 0.4 | +2.0 [1.1, 2.9] | 95.0 | 88.5 ± 0.5 | 0.1895 ± 0.0288 |
 * | cut-3x384 | tinybert | 5 | 78.4 ± 1.1 | +3.4 [1.6, 5.3] | 77.8 ± 0.5 | +2.3 [1.4, 3.2] | 96.1 | 89.2 ± 0.9 | 0.1484 ± 0.0245 |
 * | fresh-3x312 | fine-tuning | 5 | 60.0 ± 1.1 |  | 59.3 ± 2.1 |  | 28.4 | 61.0 ± 2.3 | 2.9242 ± 0.2069 |
 * | fresh-3x312 | minilm | 5 | 75.0 ± 1.5 | +15.0 [12.3, 17.6] | 73.4 ± 0.4 | +14.1 [12.1, 16.0] | 80.1 | 77.7 ± 0.8 | 0.3962 ± 0.0374 |
 * | fresh-3x312 | pkd | 5 | 68.6 ± 10.4 | +8.6 [-0.9, 15.5], does not separate | 67.3 ± 9.1 | +8.0 [-1.5, 14.0], does not separate | 57.6 | 69.8 ± 10.9 | 0.4578 ± 0.0516 |
 * | fresh-3x312 | soft-labels | 5 | 73.9 ± 2.1 | +13.9 [11.3, 16.4] | 72.4 ± 0.9 | +13.1 [11.5, 14.7] | 76.4 | 76.5 ± 0.9 | 0.4109 ± 0.0376 |
 * | fresh-3x312 | tinybert | 5 | 61.2 ± 5.2 | +1.2 [-3.6, 6.3], does not separate | 60.3 ± 5.1 | +1.0 [-4.3, 6.2], does not separate | 32.2 | 61.5 ± 6.4 | 0.5057 ± 0.0324 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 4.2 | 500 | 160 of 32 | 121 | 0.3 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 2.1 | 500 | 640 of 32 | 59 | 0.6 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 2.4 | 500 labelled, 20,000 not | 640 of 32 | 138 | 1.5 |
 * | cut-3x384 | pkd | 17,390,594 | 69.6 MB | 2.0 | 500 labelled, 20,000 not | 640 of 32 | 65 | 0.7 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 2.0 | 500 labelled, 20,000 not | 640 of 32 | 64 | 0.7 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 2.9 | 500 labelled, 20,000 not | 640 of 32 | 141 | 1.5 |
 * | fresh-3x312 | fine-tuning | 13,088,882 | 52.4 MB | 2.0 | 500 | 640 of 32 | 52 | 0.6 |
 * | fresh-3x312 | minilm | 13,088,882 | 52.4 MB | 2.2 | 500 labelled, 20,000 not | 640 of 32 | 87 | 0.9 |
 * | fresh-3x312 | pkd | 13,088,882 | 52.4 MB | 2.3 | 500 labelled, 20,000 not | 640 of 32 | 59 | 0.6 |
 * | fresh-3x312 | soft-labels | 13,088,882 | 52.4 MB | 2.5 | 500 labelled, 20,000 not | 640 of 32 | 47 | 0.5 |
 * | fresh-3x312 | tinybert | 13,088,882 | 52.4 MB | 1.9 | 500 labelled, 20,000 not | 640 of 32 | 100 | 1.1 |
 *
 * dev, cut-3x384: minilm, pkd, soft-labels and tinybert are better than fine-tuning.
 * dev, fresh-3x312: minilm and soft-labels are better than fine-tuning; pkd and tinybert are not to be told from fine-tuning.
 * long, cut-3x384: minilm, pkd, soft-labels and tinybert are better than fine-tuning.
 * long, fresh-3x312: minilm and soft-labels are better than fine-tuning; pkd and tinybert are not to be told from fine-tuning.
 *
 * 55 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (AMD EPYC; Intel(R) Xeon(R) Processor). dev: 872 examples, chance 50.9; long: 6,000 examples, those that stand in one another drawn together, chance 51.5. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onSst2, type Reproduction } from './reproduction.ts';

const arms = ['soft-labels', 'pkd', 'tinybert', 'minilm'];
const { settings, ...all } = onSst2(arms);

export default { ...all, record: 'sst2-500-labels', settings: { ...settings, labelled: 500, teacherSteps: 160, steps: 640, seeds: [1, 2, 3, 4, 5] } } satisfies Reproduction;
