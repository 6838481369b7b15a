/**
 * GLUE's WNLI (pronouns, accuracy): a cut of a fine-tuned encoder by fine-tuning, soft labels, TinyBERT and MiniLM.
 *
 * Published: accuracy on dev: BERT-base 53.5, DistilBERT 56.3, which is what the more frequent class scores (Sanh et al. 2019).
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384) fine-tuned, 60 steps of 32 (about three epochs); students: its layers 2, 4, 6, as many steps,
 *   seeds 1 to 3; settings as on SST-2, nothing chosen on dev.
 * On: WNLI as GLUE distributes it, 635 pairs, tested on dev (71). The encoder was
 *   tuned on other inference data (SNLI, MultiNLI).
 *   dev repeats sentences of train with the other answer: below chance is expected of who learns.
 * Came out (npm run tables):
 * <!-- evidence: wnli-arms against fine-tuning -->
 * | student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 31.0 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 40.4 ± 5.7 |  |  | 74.6 ± 5.1 | 0.0002 ± 0.0001 |
 * | cut-3x384 | minilm | 3 | 50.2 ± 2.2 | +9.9 [1.4, 19.7] |  | 67.6 ± 1.4 | 0.0003 ± 0.0001 |
 * | cut-3x384 | soft-labels | 3 | 47.4 ± 2.2 | +7.0 [-1.4, 16.9], does not separate |  | 71.4 ± 2.9 | 0.0002 ± 0.0000 |
 * | cut-3x384 | tinybert | 3 | 53.1 ± 0.8 | +12.7 [3.8, 22.5] |  | 67.6 ± 2.4 | 0.0003 ± 0.0000 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 4.4 | 635 | 60 of 32 | 227 | 0.2 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 2.7 | 635 | 60 of 32 | 94 | 0.1 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 2.7 | 635 | 60 of 32 | 236 | 0.2 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 2.6 | 635 | 60 of 32 | 104 | 0.1 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 2.8 | 635 | 60 of 32 | 273 | 0.3 |
 *
 * dev, cut-3x384: minilm and tinybert are better than fine-tuning; soft-labels is not to be told from fine-tuning.
 *
 * 13 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 71 examples, chance 56.3. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('WNLI', { record: 'wnli-arms', steps: 60 });
