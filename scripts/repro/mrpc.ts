/**
 * GLUE's MRPC (paraphrases, F1 and accuracy): a cut of a fine-tuned encoder by fine-tuning, soft labels, TinyBERT and MiniLM.
 *
 * Published: F1 on dev: BERT-base 88.6, DistilBERT 87.5 (Sanh et al. 2019); TinyBERT of 4x312, test, 86.4 where it has 83.2 without teacher
 *   (Jiao et al. 2020).
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384) fine-tuned, 345 steps of 32 (about three epochs); students: its layers 2, 4, 6, as many steps,
 *   seeds 1 to 3; settings as on SST-2, nothing chosen on dev.
 * On: MRPC as GLUE distributes it, 3,668 pairs, tested on dev (408). The encoder's tuning data did not hold the task.
 * Came out (npm run tables):
 * <!-- evidence: mrpc-arms against fine-tuning -->
 * | student | arm | seeds | dev, F1 % | dev, better than fine-tuning by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 85.7 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 81.4 ± 0.4 |  | 4.2 | 81.5 ± 1.4 | 0.1500 ± 0.0076 |
 * | cut-3x384 | minilm | 3 | 81.8 ± 0.5 | +0.4 [-2.0, 2.7], does not separate | 12.2 | 82.8 ± 1.0 | 0.1192 ± 0.0027 |
 * | cut-3x384 | soft-labels | 3 | 81.6 ± 0.7 | +0.2 [-2.3, 2.7], does not separate | 8.4 | 82.0 ± 0.1 | 0.1355 ± 0.0042 |
 * | cut-3x384 | tinybert | 3 | 82.3 ± 0.4 | +0.9 [-1.0, 2.8], does not separate | 23.6 | 84.0 ± 0.8 | 0.1198 ± 0.0037 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 6.5 | 3,668 | 345 of 32 | 307 | 1.8 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 3.6 | 3,668 | 345 of 32 | 137 | 0.8 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 3.6 | 3,668 | 345 of 32 | 352 | 2.0 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 4.0 | 3,668 | 345 of 32 | 157 | 0.9 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 4.3 | 3,668 | 345 of 32 | 414 | 2.4 |
 *
 * dev, cut-3x384: minilm, soft-labels and tinybert are not to be told from fine-tuning.
 *
 * 13 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 408 examples, chance 81.2. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('MRPC', { record: 'mrpc-arms', steps: 345 });
