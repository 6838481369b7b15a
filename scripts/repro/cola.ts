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
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onTask } from './reproduction.ts';

export default onTask('CoLA', { record: 'cola-arms', steps: 800 });
