/**
 * GLUE's CoLA (acceptability, Matthews correlation): a cut of a fine-tuned encoder by fine-tuning, soft labels, TinyBERT and MiniLM.
 *
 * Published: Matthews on dev: BERT-base 56.3, DistilBERT 51.3 (Sanh et al. 2019); TinyBERT of 4x312, test, 44.1 where it has 19.5 without teacher
 *   (Jiao et al. 2020).
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384) fine-tuned, 800 steps of 32 (about three epochs); students: its layers 2, 4, 6, as many steps,
 *   seeds 1 to 3; settings as on SST-2, nothing chosen on dev.
 * On: CoLA as GLUE distributes it, 8,551 rows, tested on dev (1,043). The encoder's tuning data did not hold the task.
 * Came out (npm run tables):
 * <!-- evidence: cola-arms against fine-tuning -->
 * | student | arm | seeds | dev, Matthews | dev, better than fine-tuning by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 0.2751 |  |  |  |  |
 * | cut-3x384 | fine-tuning | 3 | 0.0698 ± 0.0407 |  | 25.4 | 86.0 ± 0.3 | 0.1349 ± 0.0021 |
 * | cut-3x384 | minilm | 3 | 0.1565 ± 0.0199 | +0.087 [0.020, 0.153] | 56.9 | 88.6 ± 0.2 | 0.0816 ± 0.0003 |
 * | cut-3x384 | soft-labels | 3 | 0.1523 ± 0.0179 | +0.083 [-0.063, 0.228], does not separate | 55.4 | 86.1 ± 0.6 | 0.1078 ± 0.0053 |
 * | cut-3x384 | tinybert | 3 | 0.1167 ± 0.0053 | +0.047 [-0.064, 0.158], does not separate | 42.4 | 88.3 ± 0.1 | 0.0788 ± 0.0010 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 6.0 | 8,551 | 800 of 32 | 183 | 2.4 |
 * | cut-3x384 | fine-tuning | 17,390,594 | 69.6 MB | 3.8 | 8,551 | 800 of 32 | 83 | 1.1 |
 * | cut-3x384 | minilm | 17,390,594 | 69.6 MB | 2.1 | 8,551 | 800 of 32 | 160 | 2.1 |
 * | cut-3x384 | soft-labels | 17,390,594 | 69.6 MB | 4.1 | 8,551 | 800 of 32 | 82 | 1.1 |
 * | cut-3x384 | tinybert | 17,390,594 | 69.6 MB | 2.8 | 8,551 | 800 of 32 | 181 | 2.4 |
 *
 * dev, cut-3x384: minilm is better than fine-tuning; soft-labels and tinybert are not to be told from fine-tuning.
 *
 * 13 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (Intel(R) Xeon(R) Processor). dev: 1,043 examples. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to fine-tuning, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('CoLA', { record: 'cola-arms', steps: 800 });
