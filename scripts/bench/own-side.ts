/** Our own side of a case, run in a process of its own by `bench --side`: starts the engine it is told to and opens the case on it. */
import manifest from '../../package.json' with { type: 'json' };
import { type EngineFacts, type EngineName, useEngine } from '../../src/engine/engine.ts';
import { replayCounts } from '../../src/engine/replay.ts';
import type { Work } from './cases/case.ts';
import { type CaseName, caseNamed } from './cases/catalogue.ts';
import { type Facts, type Opened, type Order, peakRssMB, type Settings, type Side } from './protocol.ts';

export class OwnSide implements Omit<Side, 'close'> {
  #opened: { readonly work: Work; readonly engine: EngineFacts } | undefined;

  async open({ case: name, folder, engine: choice, device, precision, threads, replay, ...order }: Order): Promise<Opened> {
    let engine: EngineFacts;
    try {
      engine = await useEngine(choice as EngineName | 'auto', { device, precision, threads, replay, environment: process.env });
    } catch (error) {
      return { absent: error instanceof Error ? error.message : String(error) };
    }
    const work = await caseNamed(name as CaseName).open(folder, order);
    this.#opened = { work, engine };
    return { parts: work.parts };
  }

  async check(): Promise<readonly number[]> {
    return this.#work.check();
  }

  async prepare(): Promise<Settings> {
    return this.#work.prepare();
  }

  async run(part: string, steps: number): Promise<number> {
    const start = performance.now();
    await this.#work.run(part, steps);
    return performance.now() - start;
  }

  async facts(): Promise<Facts> {
    if (this.#opened === undefined) throw new Error('open comes first');
    const { engine, device, precision, threads, library, tfjs } = this.#opened.engine;
    const versions = { retort: manifest.version, node: process.versions.node, tfjs, ...(library !== undefined && { library }) };
    return Promise.resolve({ device, precision, threads, peakRssMB: peakRssMB(), settings: { engine, versions, replay: replayTold(), ...this.#work.settings() } });
  }

  get #work(): Work {
    if (this.#opened === undefined) throw new Error('open comes first');
    return this.#opened.work;
  }
}

/** Steps replayed, those that the device launched by itself, and why others were not. */
function replayTold(): Settings {
  const { replayed, captures: { launched, refusals } } = replayCounts();
  return { replayed, launched, refusals: [...refusals.keys()] };
}
