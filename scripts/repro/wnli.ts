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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('WNLI', { record: 'wnli-arms', steps: 60 });
