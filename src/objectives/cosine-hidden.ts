/**
 * The direction of hidden states: the third term of DistilBERT's loss by itself, for any layers. Sanh et al. 2019, section 3.
 */
import { cosineDistance } from './cosine.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs, type ProjectionUse, usesProjection, widthRefusal } from './projection.ts';
import { requireSameShape, tokenMean } from './token-mean.ts';

const paper: Paper = {
  authors: 'Sanh, Debut, Chaumond & Wolf',
  year: 2019,
  title: 'DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter',
  id: '1910.01108',
};

export interface CosineHiddenOptions {
  /** By default the last layers. */
  readonly matches?: readonly LayerMatch[];
  readonly projection?: ProjectionUse;
}

/**
 * L = Σ_pairs weight · mean_t (1 - cos(W h_s, h_t)); Sanh et al. 2019, section 3 (the cosine embedding loss). W only where it is used.
 * Shapes: hidden states [B, T, H] and [B, T, G], W [G, H]. A vector of no length has cosine 0 and gets no gradient.
 * Averages over the batch's real tokens, all rows together. Scale: none.
 * Deviations: the authors compare equal widths only and need no W.
 */
export function cosineHidden({ matches = lastLayers, projection = 'where-widths-differ' }: CosineHiddenOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  return layered({
    name: 'cosine-hidden',
    paper,
    settings: { projection },
    kind: 'hidden',
    matches,
    refusal: ({ student, teacher }) => widthRefusal(projection, student.width, teacher.width),
    parameters: ({ student, teacher }) => (usesProjection(projection, student.width, teacher.width) ? matches.flatMap((_, place) => projectionSpecs(`projection.${place}`, { from: student.width, to: teacher.width })) : []),
    term: ({ student, teacher, place }, { mask }, context) => {
      const used = usesProjection(projection, student.shape.at(-1) ?? 0, teacher.shape.at(-1) ?? 0);
      const own = used ? project(student, { objective: 'cosine-hidden', name: `projection.${place}`, context }) : student;
      requireSameShape('cosine-hidden', own, teacher);
      return tokenMean(cosineDistance(own, teacher), mask);
    },
  });
}
