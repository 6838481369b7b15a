/**
 * Patient knowledge distillation (Sun et al. 2019, arXiv:1908.09355): first tokens' states of skipped layers beside soft labels.
 *
 * Published: three layers of BERT-base on dev: fine-tuned 87.50, soft labels 87.46, PKD 88.07; teacher 92.58; temperature and weights chosen on dev.
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384, itself a distilled encoder) fine-tuned, 1,800 steps of 32; students: layers 2, 4, 6 of the
 *   encoder, and 3x312 from nothing; 1,800 steps, seeds 1 to 3. Soft labels at T = 2, half hard; PKD adds 100 x the mean square of normalised
 *   states, layers 1, 2 to 2, 4. Nothing is chosen on dev.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-arms against fine-tuning; fine-tuning, soft-labels, pkd -->
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onSst2 } from './reproduction.ts';

export default onSst2(['soft-labels', 'pkd']);
