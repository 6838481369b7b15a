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
 * | cut-3x384 | fine-tuning | 4 | 75.1 ± 1.2 |  | 75.5 ± 0.6 |  | 87.6 | 83.9 ± 0.8 | 0.8552 ± 0.0366 |
 * | cut-3x384 | minilm | 4 | 78.6 ± 0.9 | +3.5 [1.8, 5.2] | 77.4 ± 0.3 | +1.9 [1.1, 2.8] | 93.7 | 88.8 ± 0.7 | 0.1807 ± 0.0354 |
 * | cut-3x384 | pkd | 4 | 78.2 ± 1.0 | +3.1 [1.3, 4.9] | 77.4 ± 0.1 | +1.9 [1.1, 2.9] | 93.8 | 88.5 ± 0.7 | 0.1883 ± 0.0324 |
 * | cut-3x384 | soft-labels | 4 | 77.9 ± 0.5 | +2.8 [1.0, 4.5] | 77.3 ± 0.3 | +1.8 [0.9, 2.8] | 93.4 | 88.5 ± 0.6 | 0.1913 ± 0.0330 |
 * | cut-3x384 | tinybert | 4 | 78.9 ± 0.6 | +3.8 [1.9, 5.6] | 77.7 ± 0.5 | +2.3 [1.3, 3.2] | 94.9 | 89.1 ± 0.9 | 0.1516 ± 0.0271 |
 * | fresh-3x312 | fine-tuning | 4 | 60.1 ± 1.2 |  | 59.9 ± 2.0 |  | 30.4 | 60.5 ± 2.3 | 2.9350 ± 0.2373 |
 * | fresh-3x312 | minilm | 4 | 74.9 ± 1.7 | +14.7 [11.8, 17.6] | 73.4 ± 0.5 | +13.6 [11.6, 15.7] | 79.2 | 77.7 ± 1.0 | 0.4008 ± 0.0415 |
 * | fresh-3x312 | pkd | 4 | 67.0 ± 11.3 | +6.9 [-4.4, 15.2], does not separate | 66.1 ± 10.0 | +6.2 [-5.2, 13.0], does not separate | 52.6 | 68.1 ± 11.8 | 0.4742 ± 0.0417 |
 * | fresh-3x312 | soft-labels | 4 | 74.2 ± 2.3 | +14.1 [11.2, 16.9] | 72.6 ± 0.9 | +12.7 [11.1, 14.5] | 76.2 | 76.5 ± 1.1 | 0.4153 ± 0.0419 |
 * | fresh-3x312 | tinybert | 4 | 59.3 ± 3.6 | -0.8 [-4.8, 3.3], does not separate | 58.8 ± 4.4 | -1.1 [-6.4, 2.9], does not separate | 26.3 | 59.9 ± 6.1 | 0.5173 ± 0.0227 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 16.5 | 500 | 160 of 32 | 195 | 0.5 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 6.3 | 500 | 640 of 32 | 86 | 0.9 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 2.2 | 500 labelled, 20,000 not | 640 of 32 | 137 | 1.5 |
 * | cut-3x384 | pkd | 17,390,594 | 69.6 MB | 2.1 | 500 labelled, 20,000 not | 640 of 32 | 81 | 0.9 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 5.8 | 500 labelled, 20,000 not | 640 of 32 | 79 | 0.8 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 2.7 | 500 labelled, 20,000 not | 640 of 32 | 152 | 1.6 |
 * | fresh-3x312 | fine-tuning | 13,088,882 | 52.4 MB | 2.2 | 500 | 640 of 32 | 48 | 0.5 |
 * | fresh-3x312 | minilm | 13,088,882 | 52.4 MB | 2.3 | 500 labelled, 20,000 not | 640 of 32 | 132 | 1.4 |
 * | fresh-3x312 | pkd | 13,088,882 | 52.4 MB | 2.3 | 500 labelled, 20,000 not | 640 of 32 | 85 | 0.9 |
 * | fresh-3x312 | soft-labels | 13,088,882 | 52.4 MB | 3.6 | 500 labelled, 20,000 not | 640 of 32 | 43 | 0.5 |
 * | fresh-3x312 | tinybert | 13,088,882 | 52.4 MB | 5.3 | 500 labelled, 20,000 not | 640 of 32 | 162 | 1.7 |
 *
 * dev, cut-3x384: minilm, pkd, soft-labels and tinybert are better than fine-tuning.
 * dev, fresh-3x312: minilm and soft-labels are better than fine-tuning; pkd and tinybert are not to be told from fine-tuning.
 * long, cut-3x384: minilm, pkd, soft-labels and tinybert are better than fine-tuning.
 * long, fresh-3x312: minilm and soft-labels are better than fine-tuning; pkd and tinybert are not to be told from fine-tuning.
 *
 * 45 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 872 examples, chance 50.9; long: 6,000 examples, those that stand in one another drawn together, chance 51.5. ± is the sample standard deviation over seeds; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onSst2, type Reproduction } from './reproduction.ts';

const arms = ['soft-labels', 'pkd', 'tinybert', 'minilm'];
const { settings, ...all } = onSst2(arms);

export default { ...all, record: 'sst2-500-labels', settings: { ...settings, labelled: 500, teacherSteps: 160, steps: 640, seeds: [1, 2, 3, 4, 5] } } satisfies Reproduction;
