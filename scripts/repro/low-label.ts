/**
 * Few labels, plenty of text: what a teacher says of unlabelled rows (Hinton et al. 2015; Turc et al. 2019, arXiv:1908.08962).
 *
 * Published: no figure at this size; Turc et al. find that a small student gains most where labels are few and unlabelled text of the domain is
 *   plenty.
 * Run here: 500 labels drawn by the seed for teacher (160 steps) and students, 20,000 rows without labels for the distilled ones; 640 steps of 32
 *   each, seeds 1 to 5; all-MiniLM-L6-v2, layers 2, 4, 6 of it, and 3x312 from nothing.
 * On: SST-2 as GLUE distributes it, without 6,000 rows of 15 words or more and every phrase of them; tested on dev and on those rows.
 * Came out (npm run tables):
 * <!-- evidence: sst2-500-labels against fine-tuning -->
 * No run is recorded yet.
 * <!-- end of evidence -->
 */
import { onSst2, type Reproduction } from './reproduction.ts';

const arms = ['soft-labels', 'pkd', 'tinybert', 'minilm'];
const { settings, ...all } = onSst2(arms);

export default { ...all, record: 'sst2-500-labels', settings: { ...settings, labelled: 500, teacherSteps: 160, steps: 640, seeds: [1, 2, 3, 4, 5] } } satisfies Reproduction;
