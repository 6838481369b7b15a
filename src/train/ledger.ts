/**
 * The ledger of steps not yet read back: losses, norms and verdicts stay on the device for a while, so that no step waits for a
 * read. When it is settled, the numbers become events, and steps that were skipped are named with their examples.
 */
import * as tf from '../engine/tf.ts';
import type { TrainEvent } from './event.ts';

/** One step as the loop hands it in; the ledger owns the tensors. */
export interface LedgerEntry {
  readonly step: number;
  readonly loss: tf.Scalar;
  readonly parts: ReadonlyMap<string, tf.Scalar>;
  /** [gradient norm, 1 if the step was taken] */
  readonly verdict: tf.Tensor1D;
  readonly learningRate: number;
  readonly exampleIds: readonly string[];
  /** Real tokens, padding not counted. */
  readonly tokens: number;
}

export interface LedgerFacts {
  readonly run: string;
  readonly totalSteps: number;
  readonly examples: number;
  readonly emit: (event: TrainEvent) => void;
}

/** So many steps in a row without a finite gradient and the run is lost. */
const patience = 20;

export class Ledger {
  readonly #facts: LedgerFacts;
  #entries: LedgerEntry[] = [];
  #since = performance.now();
  #skippedInARow = 0;

  constructor(facts: LedgerFacts) {
    this.#facts = facts;
  }

  enter(entry: LedgerEntry): void {
    this.#entries.push(entry);
  }

  /**
   * Reads everything entered since the last time and emits it: one `step` event with the means, one `skipped` event per skipped step.
   * @param cursor examples consumed so far, for the epoch.
   * @throws after too many skipped steps in a row.
   */
  async settle(cursor: number): Promise<void> {
    const entries = this.#entries;
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#entries = [];
    const losses: number[] = [];
    const norms: number[] = [];
    const parts = new Map<string, number[]>();
    for (const entry of entries) {
      const [loss = NaN] = await entry.loss.data();
      const [norm = NaN, taken = 0] = await entry.verdict.data();
      const finite = taken === 1 && Number.isFinite(loss);
      this.#skippedInARow = finite ? 0 : this.#skippedInARow + 1;
      if (finite) {
        losses.push(loss);
        norms.push(norm);
        for (const [part, value] of entry.parts) parts.set(part, [...(parts.get(part) ?? []), (await value.data())[0] ?? NaN]);
      } else {
        const reason = `loss ${loss}, gradient norm ${norm}`;
        this.#facts.emit({ kind: 'skipped', run: this.#facts.run, step: entry.step, exampleIds: [...entry.exampleIds], reason });
      }
      tf.dispose([entry.loss, entry.verdict, ...entry.parts.values()]);
    }
    this.#emitMeans(last, entries, { losses, norms, parts, cursor });
    if (this.#skippedInARow >= patience) {
      throw new Error(`${this.#facts.run}: ${this.#skippedInARow} steps in a row had no finite gradient (last: step ${last.step}); lower the learning rate or look at the skipped examples in events.jsonl`);
    }
  }

  #emitMeans(last: LedgerEntry, entries: readonly LedgerEntry[], { losses, norms, parts, cursor }: { losses: number[]; norms: number[]; parts: Map<string, number[]>; cursor: number }): void {
    const now = performance.now();
    const seconds = Math.max(1e-9, (now - this.#since) / 1000);
    this.#since = now;
    if (losses.length === 0) return;
    this.#facts.emit({
      kind: 'step',
      run: this.#facts.run,
      step: last.step,
      totalSteps: this.#facts.totalSteps,
      epoch: cursor / this.#facts.examples,
      loss: mean(losses),
      parts: Object.fromEntries([...parts].map(([part, values]) => [part, mean(values)])),
      learningRate: last.learningRate,
      gradientNorm: mean(norms),
      examplesPerSecond: entries.reduce((sum, { exampleIds }) => sum + exampleIds.length, 0) / seconds,
      tokensPerSecond: entries.reduce((sum, { tokens }) => sum + tokens, 0) / seconds,
    });
  }

  /** Takes so long out of the rates: it was not training. */
  leaveOut(milliseconds: number): void {
    this.#since += milliseconds;
  }

  /** Frees what was never settled. */
  dispose(): void {
    for (const { loss, verdict, parts } of this.#entries) tf.dispose([loss, verdict, ...parts.values()]);
    this.#entries = [];
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
