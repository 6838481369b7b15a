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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import type { Reproduction } from './reproduction.ts';

export default { recipe: 'recipes/bilstm.ts', settings: {}, needs: ['glue', 'encoder'], record: 'sst2-bilstm', baseline: 'alone', arms: ['alone', 'distilled'], check: 'bilstm-alone-seed1' } satisfies Reproduction;
