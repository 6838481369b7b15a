/**
 * What a training step holds in memory, from the shapes of what is trained: an estimate, made before anything is spent. Counted are the
 * numbers that stay: weights, gradients, AdamW's two moments, and what the tape keeps of every layer until it is swept; one layer's
 * intermediates stand for all that comes and goes. An objective's own tensors, an engine's workspace and the process itself are left out.
 */
import type { BilstmConfig } from '../models/bilstm/config.ts';
import { attentionWidth, type EncoderConfig } from '../models/config.ts';
import type { Wants } from '../models/output.ts';
import { asksFirstAlone, asksLastAttention } from '../models/states.ts';

export interface StepFacts {
  readonly student: Layered;
  /** Numbers that are learned: the student's, and the objective's own. */
  readonly learned: number;
  /** Absent where no model speaks during the step. */
  readonly teacher?: { readonly model: Layered; readonly parameters: number; readonly wants: Wants };
  /** What the objective asks of the student. */
  readonly wants: Wants;
  /** Of a micro-batch: rows, and tokens of each, padding too. */
  readonly rows: number;
  readonly tokens: number;
  /** Micro-batches of a step. */
  readonly accumulation: number;
  /** Of an activation: 4, or 2 where they are in 16 bits. */
  readonly activationBytes: number;
  /** Whether attention's probabilities are kept for the way back (where they are not computed again). */
  readonly keepsProbabilities: boolean;
}

type Recurrent = Pick<BilstmConfig, 'family' | 'units' | 'embeddingWidth' | 'pairs'>;
type Encoder = Pick<EncoderConfig, 'family' | 'task' | 'layers' | 'width' | 'embeddingWidth' | 'feedForwardWidth' | 'heads' | 'bottleneck'>;
type Layered = Encoder | Recurrent;

/** In bytes. */
export interface StepMemory {
  readonly weights: number;
  readonly gradients: number;
  readonly moments: number;
  readonly activations: number;
  /** The teacher's weights, and what it holds while it speaks. */
  readonly teacher: number;
  /** The most that is there at one time: gradients come as activations go. */
  readonly peak: number;
}

export function stepMemory(facts: StepFacts): StepMemory {
  const { student, teacher, learned, accumulation, activationBytes, wants } = facts;
  const [weights, gradients, moments] = [4 * learned, 4 * learned, 8 * learned];
  const activations = activationBytes * (keptNumbers(student, wants, facts) + exposedNumbers(student, wants, facts) + passingNumbers(student, wants, facts));
  const spoken = teacher === undefined ? 0 : activationBytes * (statesOf(teacher.model, facts) + exposedNumbers(teacher.model, teacher.wants, facts));
  const speaking = teacher === undefined ? 0 : spoken + activationBytes * passingNumbers(teacher.model, teacher.wants, facts);
  const loaded = teacher === undefined ? 0 : 4 * teacher.parameters;
  const step = accumulation > 1 ? activations + gradients : Math.max(activations, gradients);
  return { weights, gradients, moments, activations, teacher: loaded + speaking, peak: weights + moments + loaded + Math.max(speaking, spoken + step) };
}

type Batch = Pick<StepFacts, 'rows' | 'tokens' | 'keepsProbabilities'>;

/**
 * What the tape keeps: of each layer its input, queries, keys and values, the context, both sums that are normed, what is between them
 * (a width each), and the feed-forward's inner values before and after their activation; of the embeddings their sum. Of a last layer asked for
 * its first token alone, all but its input, keys and values is that token's; where its attention is asked for, queries, probabilities and
 * context are of all tokens too. Of a BiLSTM, both ways: what the input adds to the gates, the gates, what may come into the cells, the cells
 * and the states.
 */
function keptNumbers(model: Layered, wants: Wants, { rows, tokens, keepsProbabilities }: Batch): number {
  if (model.family === 'bilstm') return rows * tokens * readings(model) * (2 * model.embeddingWidth + 28 * model.units);
  const { layers, width, embeddingWidth, feedForwardWidth, heads, bottleneck } = model;
  const inner = attentionWidth(model);
  const narrowing = bottleneck ? 4 * inner + 2 * width + (bottleneck.feedForwards - 1) * (2 * inner + 2 * feedForwardWidth) : 0;
  const layer = width + 7 * inner + 2 * feedForwardWidth + narrowing;
  const whole = layer + (keepsProbabilities ? heads * tokens : 0);
  const ofAll = width + (asksLastAttention(model, wants) ? 4 * inner + whole - layer : 2 * inner);
  const last = saysFirstAlone(model, wants) ? ofAll + (whole - ofAll) / tokens : whole;
  return rows * tokens * ((layers - 1) * whole + last + 2 * embeddingWidth);
}

/** Whether the last layer goes on from its attention with the first token alone. */
function saysFirstAlone(model: Encoder, wants: Wants): boolean {
  return !model.bottleneck && asksFirstAlone(model, wants);
}

/** Both texts of a pair go through the LSTM, the other one masked. */
function readings({ pairs }: Recurrent): number {
  return pairs ? 2 : 1;
}

/** What one layer that says all its tokens makes on its way and lets go; of an LSTM, which is swept at once, that of all its steps. */
function passingNumbers(model: Layered, wants: Wants, { rows, tokens, keepsProbabilities }: Batch): number {
  if (model.family === 'bilstm') return rows * tokens * readings(model) * 108 * model.units;
  const inner = attentionWidth(model);
  if (model.layers === 1 && saysFirstAlone(model, wants) && !asksLastAttention(model, wants)) return rows * tokens * 8 * inner; // keys and values, whole and by heads, and the gradients of all four
  return rows * tokens * (6 * inner + 2 * model.feedForwardWidth + (keepsProbabilities ? 2 * model.heads * tokens : 0));
}

/** Hidden states of all layers: a model that is asked holds them until it has answered. */
function statesOf(model: Layered, { rows, tokens }: Batch): number {
  return model.family === 'bilstm' ? 0 : rows * tokens * (model.layers + 1) * model.width;
}

/** What is written out because it is asked for: of attention, or of relations like it, eight matrices a layer, from the scores to the loss and back. */
function exposedNumbers(model: Layered, { scores = [], attention = [], qkv = [], preActivations = [] }: Wants, { rows, tokens }: Batch): number {
  if (model.family === 'bilstm') return 0;
  const { heads, feedForwardWidth } = model;
  return rows * tokens * (8 * heads * tokens * (scores.length + attention.length + qkv.length) + feedForwardWidth * preActivations.length);
}
