/**
 * Ways to teach a small BERT from a larger one, as data: what each matches, and what it must ask of the teacher. Hinton et al. 2015 (soft
 * labels), Sun et al. 2019 (PKD), Jiao et al. 2020 (TinyBERT), Wang et al. 2020 (MiniLM), Sanh et al. 2019 (the triple loss, on a classifier).
 * TinyBERT's two stages and MiniLM's own pre-training are one lesson on the task here, in as many steps as every other arm.
 */
import {
  cosineHidden, hardLabels, type LabelKind, minilmAttention, minilmValueRelation, type Objective, pkd, skipMatches, softLabel, tinybertAttention, tinybertHidden, tinybertPrediction, uniformMatches, weighted,
} from 'retort-distill';

export interface Arm {
  readonly objective: (depths: { student: number; teacher: number }, task: LabelKind) => Objective;
  /** Stored: logits, and first tokens' states of the layers that PKD skips to. Live: anything. Absent: no teacher. */
  readonly asks?: 'stored' | 'live';
}

const answers = (task: LabelKind) => [[0.5, hardLabels()], [0.5, softLabel({ temperature: 2, task })]] as const;

export const bertArms: Readonly<Record<string, Arm>> = {
  'fine-tuning': { objective: () => hardLabels() },
  'soft-labels': { asks: 'stored', objective: (_, task) => weighted(answers(task)) },
  pkd: { asks: 'stored', objective: (depths, task) => weighted([...answers(task), [100, pkd({ matches: skipMatches(depths), reduction: 'elementwise' })]]) },
  tinybert: {
    asks: 'live',
    objective: (depths, task) => weighted([[1, tinybertPrediction({ task })], [1, tinybertHidden({ matches: uniformMatches(depths, { embeddings: true }) })], [1, tinybertAttention({ matches: uniformMatches(depths) })]]),
  },
  minilm: { asks: 'live', objective: (_, task) => weighted([...answers(task), [1, minilmAttention()], [1, minilmValueRelation()]]) },
  triple: { asks: 'live', objective: (_, task) => weighted([[0.25, hardLabels()], [0.625, softLabel({ temperature: 2, task })], [0.125, cosineHidden()]]) },
};
