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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('MRPC', { record: 'mrpc-arms', steps: 345 });
