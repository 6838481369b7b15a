/**
 * GLUE's STS-B (likeness, Pearson and Spearman): a cut of a fine-tuned encoder by fine-tuning, soft labels, TinyBERT and MiniLM.
 *
 * Published: correlation on dev: BERT-base 89.0, DistilBERT 86.9 (Sanh et al. 2019); TinyBERT of 4x312, test, 80.4 where it has 77.1 without
 *   teacher (Jiao et al. 2020).
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384) fine-tuned, 540 steps of 32 (about three epochs); students: its layers 2, 4, 6, as many steps,
 *   seeds 1 to 3; settings as on SST-2, nothing chosen on dev.
 * On: STS-B as GLUE distributes it, 5,749 pairs, tested on dev (1,500). The encoder's tuning data did not hold the task.
 *   It was tuned to embed sentences, which is near to it.
 * Came out (npm run tables):
 * <!-- evidence: sts-b-arms against fine-tuning -->
 * | student | arm | seeds | dev, Pearson | dev, better than fine-tuning by | keeps of the teacher above chance %, dev | Pearson with the teacher | distance to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 0.8453 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 0.5211 ± 0.0524 |  | 61.6 | 0.6681 ± 0.0521 | 0.8403 ± 0.0479 |
 * | cut-3x384 | minilm | 3 | 0.6103 ± 0.0329 | +0.089 [-0.025, 0.204], does not separate | 72.2 | 0.7601 ± 0.0236 | 0.7416 ± 0.0515 |
 * | cut-3x384 | soft-labels | 3 | 0.5594 ± 0.0271 | +0.038 [-0.034, 0.110], does not separate | 66.2 | 0.7072 ± 0.0302 | 0.8033 ± 0.0219 |
 * | cut-3x384 | tinybert | 3 | 0.7225 ± 0.0059 | +0.201 [0.071, 0.332] | 85.5 | 0.8741 ± 0.0015 | 0.5535 ± 0.0162 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,601 | 90.9 MB | 5.2 | 5,749 | 540 of 32 | 190 | 1.7 |
 * | cut-3x384 | fine-tuning | 17,390,209 | 69.6 MB | 3.0 | 5,749 | 540 of 32 | 102 | 0.9 |
 * | cut-3x384 | minilm | 17,390,209 | 69.6 MB | 2.8 | 5,749 | 540 of 32 | 218 | 2.0 |
 * | cut-3x384 | soft-labels | 17,390,209 | 69.6 MB | 2.8 | 5,749 | 540 of 32 | 97 | 0.9 |
 * | cut-3x384 | tinybert | 17,390,209 | 69.6 MB | 3.0 | 5,749 | 540 of 32 | 283 | 2.5 |
 *
 * dev, cut-3x384: tinybert is better than fine-tuning; minilm and soft-labels are not to be told from fine-tuning.
 *
 * 13 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 1,500 examples. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('STS-B', { record: 'sts-b-arms', steps: 540 });
