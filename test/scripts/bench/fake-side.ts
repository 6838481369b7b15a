/** A side that computes nothing: its steps take as long as they are told, on a clock of the test's own, and it writes down its turns. */
import type { Facts, Opened, Settings, Side } from '../../../scripts/bench/protocol.ts';

export class Clock {
  ms = 0;
  readonly now = (): number => this.ms;
}

export interface FakeOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Milliseconds of a step, by how many runs came before. */
  readonly stepMs: (run: number) => number;
  readonly turns: string[];
}

export class FakeSide implements Side {
  readonly #options: FakeOptions;
  readonly asked: { part: string; steps: number }[] = [];

  constructor(options: FakeOptions) {
    this.#options = options;
  }

  open(): Promise<Opened> {
    return Promise.resolve({ parts: [] });
  }

  check(): Promise<readonly number[]> {
    return Promise.resolve([]);
  }

  prepare(): Promise<Settings> {
    return Promise.resolve({});
  }

  /** Two sides at once would show as a begin between another's begin and end. */
  async run(part: string, steps: number): Promise<number> {
    const { name, clock, stepMs, turns } = this.#options;
    turns.push(`${name} begins`);
    await new Promise((resume) => setImmediate(resume));
    const ms = steps * stepMs(this.asked.length);
    this.asked.push({ part, steps });
    clock.ms += ms;
    turns.push(`${name} ends`);
    return ms;
  }

  facts(): Promise<Facts> {
    return Promise.resolve(factsOf({}));
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

export function factsOf(facts: Partial<Facts>): Facts {
  return { device: 'cpu', precision: 'fp32', threads: 2, peakRssMB: 100, settings: {}, ...facts };
}
