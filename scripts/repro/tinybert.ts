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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'tinybert']);
