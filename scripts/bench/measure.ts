/**
 * Timing two sides against each other: each is warmed up, then they take turns, A B A B, one running while the other stands still, so
 * that a slow minute of the machine falls on both. Ratios are taken pair by pair.
 */
import type { Part, Side } from './protocol.ts';

export interface Limits {
  /** Turns of each side. */
  readonly pairs: number;
  /** After so many seconds no pair is begun, unless fewer than `leastPairs` are done. */
  readonly seconds: number;
  readonly leastPairs: number;
  /** A turn takes as many steps as fill this long; one at least. */
  readonly turnMs: number;
  /** Warm-up goes on this long, after its first three steps. */
  readonly warmUpMs: number;
}

/** The smallest and the rest of one side's turns, milliseconds per step (per repeat, where a step repeats). */
export interface Samples {
  readonly ms: readonly number[];
  readonly stepsPerTurn: number;
}

export interface Measurement {
  readonly ours: Samples;
  readonly peer: Samples;
}

const leastWarmUpSteps = 3;
const mostWarmUpSteps = 50;

/** @param now for tests. */
export async function measurePair(ours: Side, peer: Side, part: Part, limits: Limits, now: () => number = () => performance.now()): Promise<Measurement> {
  const sides = { ours: await Turns.warmedUp(ours, part, limits, now), peer: await Turns.warmedUp(peer, part, limits, now) };
  const start = now();
  for (let pair = 0; pair < limits.pairs; pair++) {
    if (pair >= limits.leastPairs && now() - start > limits.seconds * 1000) break;
    await sides.ours.take();
    await sides.peer.take();
  }
  return { ours: sides.ours.samples, peer: sides.peer.samples };
}

/** Our side alone, where there is nothing to compare it with. */
export async function measureAlone(ours: Side, part: Part, limits: Limits, now: () => number = () => performance.now()): Promise<Samples> {
  const turns = await Turns.warmedUp(ours, part, limits, now);
  const start = now();
  for (let turn = 0; turn < limits.pairs; turn++) {
    if (turn >= limits.leastPairs && now() - start > limits.seconds * 1000) break;
    await turns.take();
  }
  return turns.samples;
}

class Turns {
  readonly #ms: number[] = [];
  readonly #side: Side;
  readonly #part: Part;
  readonly #steps: number;

  private constructor(side: Side, part: Part, steps: number) {
    this.#side = side;
    this.#part = part;
    this.#steps = steps;
  }

  /** Runs single steps, three at least, until the warm-up's time is over; the last one says how many fill a turn. */
  static async warmedUp(side: Side, part: Part, { warmUpMs, turnMs }: Limits, now: () => number): Promise<Turns> {
    const start = now();
    let last = 0;
    for (let step = 0; step < leastWarmUpSteps || (step < mostWarmUpSteps && now() - start < warmUpMs); step++) last = await side.run(part.name, 1);
    return new Turns(side, part, Math.max(1, Math.round(turnMs / Math.max(last, 1e-3))));
  }

  async take(): Promise<void> {
    this.#ms.push((await this.#side.run(this.#part.name, this.#steps)) / this.#steps / (this.#part.repeatsPerStep ?? 1));
  }

  get samples(): Samples {
    return { ms: this.#ms, stepsPerTurn: this.#steps };
  }
}
