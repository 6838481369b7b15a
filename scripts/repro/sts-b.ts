/**
 * GLUE's STS-B (likeness, Pearson and Spearman): a cut of a fine-tuned encoder by fine-tuning, soft labels, TinyBERT and MiniLM.
 *
 * Published: correlation on dev: BERT-base 89.0, DistilBERT 86.9 (Sanh et al. 2019); TinyBERT of 4x312, test, 80.4 where it has 77.1 without
 *   teacher (Jiao et al. 2020).
 * Run here: teacher: all-MiniLM-L6-v2 (6 layers x 384) fine-tuned, 540 steps of 32 (about three epochs); students: its layers 2, 4, 6, as many steps,
 *   seeds 1 to 3; settings as on SST-2, nothing chosen on dev.
 * On: STS-B as GLUE distributes it, 5,749 pairs, tested on dev (1,500). The encoder's tuning data did not hold the task.
 *   It was tuned to embed sentences, which is near to it.
 * Came out (npm run tables):
 * <!-- evidence: sts-b-arms against fine-tuning -->
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('STS-B', { record: 'sts-b-arms', steps: 540 });
