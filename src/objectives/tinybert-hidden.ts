/**
 * TinyBERT's hidden states and embeddings: the student's, mapped to the teacher's width, equal the teacher's. Its attention and its
 * predictions are objectives of their own. Jiao et al. 2020, section 3.1.
 */
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { meanSquaredDistance } from './token-mean.ts';
import * as tf from '../engine/tf.ts';

const paper: Paper = {
  authors: 'Jiao, Yin, Shang, Jiang, Chen, Li, Wang & Liu',
  year: 2020,
  title: 'TinyBERT: distilling BERT for natural language understanding',
  id: '1909.10351',
};

export interface TinybertHiddenOptions {
  /** By default the last layers; `uniformMatches(depths, { embeddings: true })` makes the paper's list. */
  readonly matches?: readonly LayerMatch[];
}

/** One map for all layers, another for the embeddings. */
const mapOf = ({ student }: LayerMatch) => (student === 0 ? 'embeddings' : 'layers');

/**
 * L = Σ_pairs weight · MSE(W h_s, h_t); Jiao et al. 2020, equations 8 (hidden states) and 9 (embeddings, pair 0:0).
 * Shapes: hidden states [B, T, H] and [B, T, G]; W_h [G, H] is one for all layers, W_e [G, H] that of the embeddings, both without bias.
 * Averages over the batch's real tokens and over G. Scale: none; the paper weighs every pair 1.
 * Deviations: none known. W is there at equal widths too, as in the authors' code (where it has a bias).
 */
export function tinybertHidden({ matches = lastLayers }: TinybertHiddenOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  return layered({
    name: 'tinybert-hidden',
    paper,
    kind: 'hidden',
    matches,
    parameters: ({ student, teacher }) => [...new Set(matches.map(mapOf))].flatMap((name) => projectionSpecs(name, { from: student.width, to: teacher.width })),
    term: ({ student, teacher, match }, { mask }, context) => {
      const mapped = project(student, { objective: 'tinybert-hidden', name: mapOf(match), context });
      return tf.div(meanSquaredDistance(mapped, teacher, mask), teacher.shape.at(-1) ?? 1);
    },
  });
}
