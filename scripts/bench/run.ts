/**
 * The bench from options to rows: for each case and precision our side and, one after another, the peers that are here. Both sides must
 * compute the same before either is timed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Precision } from '../../src/engine/options.ts';
import type { BenchCase } from './cases/case.ts';
import { type CaseName, caseNamed } from './cases/catalogue.ts';
import { type Limits, measureAlone, measurePair } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { ownSide, type PeerName, peerNamed, type Surroundings } from './peers.ts';
import { type Order, type Part, type Settings, type Side, SideFailure } from './protocol.ts';
import { agreementBounds, type BenchRow, disagreement, errorRow, loneRow, measuredRow, type RowContext } from './row.ts';

export interface Listener {
  /** What is being done, for a person who waits. */
  readonly progress: (line: string) => void;
  /** A peer that is not here: one sentence. */
  readonly note: (sentence: string) => void;
  /** All rows so far. */
  readonly rows: (rows: readonly BenchRow[]) => Promise<void>;
}

/** Our side of a case, opened, checked and prepared. */
interface Own {
  readonly side: Side;
  readonly order: Order;
  readonly parts: readonly Part[];
  readonly checked: readonly number[];
  readonly context: RowContext;
  readonly against: BenchCase['agreement'];
}

export async function runBench(options: BenchOptions, surroundings: Surroundings, listener: Listener): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const limits: Limits = { pairs: options.pairs, seconds: options.seconds, leastPairs: Math.min(5, options.pairs), turnMs: options.small ? 30 : 300, warmUpMs: options.small ? 0 : 2000 };
  for (const name of options.cases) {
    const folder = await mkdtemp(join(tmpdir(), `retort-bench-${name}-`));
    try {
      listener.progress(`${name}: writing weights and batches`);
      const settings = await caseNamed(name).write(folder, { ...options, onnx: options.peers.includes('onnxruntime') });
      for (const [precision, variant] of options.precisions.flatMap((one) => variantsOf(name, options).map((of) => [one, of] as const))) {
        rows.push(...(await benchCase({ name, precision, ...(variant !== undefined && { variant }), folder, settings: { ...settings, items: caseNamed(name).items, ...(options.small && { small: true }) } }, options, { surroundings, limits, listener })));
        await listener.rows(rows);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

/** Those of the case that are asked for; one without a name where it has none. */
function variantsOf(name: CaseName, { variants: asked }: BenchOptions): readonly (string | undefined)[] {
  return caseNamed(name).variants?.filter((variant) => asked?.includes(variant) ?? true) ?? [undefined];
}

interface Subject {
  readonly name: CaseName;
  readonly precision: Precision;
  readonly variant?: string;
  readonly folder: string;
  readonly settings: Settings;
}

interface Means {
  readonly surroundings: Surroundings;
  readonly limits: Limits;
  readonly listener: Listener;
}

async function benchCase({ name, precision, variant, folder, settings }: Subject, options: BenchOptions, { surroundings, limits, listener }: Means): Promise<BenchRow[]> {
  const order: Order = { case: name, folder, engine: options.engine, device: options.device, precision, threads: options.threads, replay: options.replay, ...(variant !== undefined && { variant }) };
  const context: RowContext = { case: name, precision, engine: options.engine, settings };
  const start = () => ownSide('our side', surroundings);
  let side: Side | undefined;
  try {
    const what = variant === undefined ? name : `${name} ${variant}`;
    listener.progress(`${what} ${precision}: our side`);
    const tuned = await tunedOrder(start, order);
    side = start();
    const opened = await side.open(tuned);
    if ('absent' in opened) return [errorRow(context, order, null, opened.absent)];
    const checked = await side.check();
    await side.prepare();
    const { settings: { engine } } = await side.facts();
    const own: Own = { side, order, parts: opened.parts, checked, context: { ...context, engine: String(engine) }, against: caseNamed(name).agreement };
    const rows: BenchRow[] = [];
    for (const peer of options.peers) {
      if (!peerNamed(peer).cases.includes(name)) continue;
      listener.progress(`${what} ${precision}: against ${peer}`);
      rows.push(...(await againstPeer(own, peer, options.threads, { surroundings, limits, listener })));
    }
    return rows.length > 0 ? rows : await alone(own, limits);
  } catch (error) {
    return [errorRow(context, order, null, messageOf(error))];
  } finally {
    await side?.close();
  }
}

/** The order with what a process of its own found best, where there is something to choose; as it is, where that side is absent. */
async function tunedOrder(start: () => Side, order: Order): Promise<Order> {
  if (caseNamed(order.case as CaseName).tunes !== true) return order;
  const scout = start();
  try {
    return 'absent' in (await scout.open(order)) ? order : { ...order, tuned: await scout.prepare() };
  } finally {
    await scout.close();
  }
}

/** Rows against one peer: none where it is not here, and those it had where it gives up. Our own failures are thrown. */
async function againstPeer(own: Own, name: PeerName, threads: number, { surroundings, limits, listener }: Means): Promise<BenchRow[]> {
  const definition = peerNamed(name);
  const start = () => definition.start(surroundings, threads);
  let peer: Side | undefined;
  const rows: BenchRow[] = [];
  const leave = (why: string) => listener.note(`${own.context.case} ${own.context.precision} without ${name}: ${why}`);
  try {
    const order = await tunedOrder(start, definition.order(own.order));
    peer = start();
    const opened = await peer.open(order);
    if ('absent' in opened) {
      leave(opened.absent);
      return rows;
    }
    const checked = await peer.check();
    const agreement = own.against && agreementOf(own, own.against, checked, definition.coarse === true ? 'bf16' : own.context.precision);
    if (agreement !== undefined && agreement.largestDifference > agreement.bound) {
      const error = `the two sides do not compute the same: ${agreement.compared}, ours ${shown(own.checked)}, its ${shown(checked)}; they differ by ${agreement.largestDifference.toPrecision(2)}, ${agreement.bound} is allowed`;
      return [errorRow(own.context, own.order, name, error, { agreement })];
    }
    await peer.prepare();
    for (const part of own.parts) {
      const measured = await measurePair(own.side, peer, part, limits);
      rows.push(measuredRow(own.context, part, measured, { ours: await own.side.facts(), peer: await peer.facts() }, { peerName: name, ...(agreement && { agreement }) }));
    }
  } catch (error) {
    if (!(error instanceof SideFailure && error.side === name)) throw error;
    leave(error.message);
  } finally {
    await peer?.close();
  }
  return rows;
}

async function alone({ side, parts, context }: Own, limits: Limits): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const part of parts) rows.push(loneRow(context, part, await measureAlone(side, part, limits), await side.facts()));
  return rows;
}

function agreementOf({ checked, context }: Own, against: NonNullable<BenchCase['agreement']>, peer: readonly number[], precision: Precision) {
  return {
    compared: against === 'each' ? (caseNamed(context.case as CaseName).compares ?? `the first ${checked.length} losses at dropout 0`) : `${checked.length} outputs, against the largest`,
    ...(against === 'each' && { ours: checked, peer }),
    largestDifference: disagreement(checked, peer, against),
    bound: agreementBounds[precision],
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const shown = (values: readonly number[]): string => `${values.slice(0, 3).map((value) => value.toPrecision(6)).join(', ')}${values.length > 3 ? ', …' : ''}`;
