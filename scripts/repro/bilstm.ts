/**
 * A BiLSTM that repeats a BERT's logits (Tang et al. 2019, arXiv:1903.12136).
 *
 * Published: SST-2, GLUE's test: BiLSTM of 0.96 M parameters alone 86.7, distilled on augmented text 90.7; teacher, BERT-large, 94.9.
 * Run here: teacher: all-MiniLM-L6-v2 fine-tuned, 4,210 steps of 50; BiLSTM of 150 units each way over fresh word-piece vectors of 300, 4,041 steps
 *   of 50 (three epochs), by AdamW at 1e-3 where the paper has AdaDelta; squared error of logits alone; no augmented text, no word vectors; seeds 1
 *   to 3.
 * On: SST-2 as GLUE distributes it, all rows; tested on dev.
 * Came out (npm run tables):
 * <!-- evidence: sst2-bilstm against alone -->
 * | student | arm | seeds | dev, accuracy % | dev, better than alone by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 1 | 89.8 |  |  |  |  |
 * | bilstm | alone | 3 | 83.1 ± 0.4 |  | 82.7 | 86.1 ± 0.5 | 0.3826 ± 0.0127 |
 * | bilstm | distilled | 3 | 84.4 ± 1.3 | +1.3 [-0.7, 3.4], does not separate | 86.1 | 88.5 ± 0.3 | 0.4163 ± 0.0146 |
 *
 * | student | arm | parameters | size | ms / example | rows learned from | steps | ms / step | minutes |
 * | --- | --- | --- | --- | --- | --- | --- | --- | --- |
 * | teacher |  | 22,713,986 | 90.9 MB | 3.0 | 67,349 | 4,210 of 50 | 239 | 16.8 |
 * | bilstm | alone | 9,759,602 | 39.0 MB | 3.2 | 67,349 | 4,041 of 50 | 42 | 2.8 |
 * | bilstm | distilled | 9,759,602 | 39.0 MB | 3.0 | 67,349 | 4,041 of 50 | 43 | 2.9 |
 *
 * dev, bilstm: distilled is not to be told from alone.
 *
 * 7 runs on torch cpu bf16 2 threads LibTorch 2.13.0 (AVX512) (AMD EPYC). dev: 872 examples, chance 50.9. ± is the sample standard deviation over seeds, times are medians over them; [low, high] holds 95 % of the difference to alone, seeds and examples drawn anew, the same for both.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default { recipe: 'recipes/bilstm.ts', settings: {}, needs: ['glue', 'encoder'], record: 'sst2-bilstm', baseline: 'alone', arms: ['alone', 'distilled'], check: 'bilstm-alone-seed1' } satisfies Reproduction;
