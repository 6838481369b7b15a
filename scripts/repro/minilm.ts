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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'minilm']);
