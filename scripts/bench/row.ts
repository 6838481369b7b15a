/** What a measurement comes to: one row of the table and of the JSON file; and whether two sides compute the same at all. */
import { percentiles } from '../../src/evaluate/latency.ts';
import type { Precision } from '../../src/engine/options.ts';
import type { Measurement, Samples } from './measure.ts';
import type { Facts, Part, Settings } from './protocol.ts';

export interface BenchRow {
  readonly case: string;
  readonly precision: Precision;
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  /** Milliseconds per step (per operation for op-overhead): the fastest turn and the median one. */
  readonly minMs: number | null;
  readonly medianMs: number | null;
  /** Examples, sentences or operations per second, at the median. */
  readonly perSecond?: number;
  readonly peakRssMB: number | null;
  /** null where there was none to compare with. */
  readonly peer: string | null;
  readonly peerMinMs: number | null;
  readonly peerMedianMs: number | null;
  readonly peerPeakRssMB: number | null;
  /** Our time over the peer's, the median over interleaved pairs; below 1 is faster. */
  readonly ratio: number | null;
  /** Why there are no figures: the two sides do not compute the same. */
  readonly error?: string;
  readonly settings: Settings;
}

/** What holds for every row of a case. */
export interface RowContext {
  readonly case: string;
  readonly precision: Precision;
  readonly engine: string;
  readonly settings: Settings;
}

export function measuredRow(context: RowContext, part: Part, { ours, peer }: Measurement, facts: { ours: Facts; peer: Facts }, { peerName, agreement }: { peerName: string; agreement?: Settings }): BenchRow {
  const [own, other] = [summary(ours), summary(peer)];
  return {
    ...ownColumns(context, part, ours, facts.ours),
    peer: peerName,
    peerMinMs: other.minMs,
    peerMedianMs: other.medianMs,
    peerPeakRssMB: round(facts.peer.peakRssMB),
    ratio: round(pairedRatio(ours.ms, peer.ms)),
    settings: {
      ...context.settings,
      part: part.name,
      pairs: Math.min(ours.ms.length, peer.ms.length),
      stepsPerTurn: { ours: ours.stepsPerTurn, peer: peer.stepsPerTurn },
      ...(part.itemsPerStep > 0 && { peerPerSecond: rate(part, other.medianMs) }),
      ratioOfMedians: round(own.medianMs / other.medianMs),
      ...(agreement && { agreement }),
      ours: sideSettings(facts.ours),
      peer: sideSettings(facts.peer),
    },
  };
}

/** Ours alone. */
export function loneRow(context: RowContext, part: Part, samples: Samples, facts: Facts): BenchRow {
  return {
    ...ownColumns(context, part, samples, facts),
    ...noPeer,
    settings: { ...context.settings, part: part.name, turns: samples.ms.length, stepsPerTurn: { ours: samples.stepsPerTurn }, ours: sideSettings(facts) },
  };
}

/** A row without figures; `npm run bench` then ends with exit code 1. */
export function errorRow(context: RowContext, { device, threads }: { device: string; threads: number }, peer: string | null, error: string, details: Settings = {}): BenchRow {
  return { case: context.case, precision: context.precision, engine: context.engine, device, threads, minMs: null, medianMs: null, peakRssMB: null, ...noPeer, peer, error, settings: { ...context.settings, ...details } };
}

const noPeer = { peer: null, peerMinMs: null, peerMedianMs: null, peerPeakRssMB: null, ratio: null } as const;

function ownColumns({ case: name, precision, engine }: RowContext, part: Part, samples: Samples, { device, threads, peakRssMB }: Facts) {
  const { minMs, medianMs } = summary(samples);
  return { case: name, precision, engine, device, threads, minMs, medianMs, ...(part.itemsPerStep > 0 && { perSecond: rate(part, medianMs) }), peakRssMB: round(peakRssMB) };
}

/** Median of ours / peer's over the pairs. @throws if there are none. */
export function pairedRatio(oursMs: readonly number[], peerMs: readonly number[]): number {
  const pairs = Math.min(oursMs.length, peerMs.length);
  return percentiles(Array.from({ length: pairs }, (_, pair) => (oursMs[pair] ?? NaN) / (peerMs[pair] ?? NaN))).p50Ms;
}

/**
 * The largest relative difference of two lists of numbers. `each`: against the number's own size; `largest`: against the largest of the peer's.
 * Infinite where lengths differ or a number is not finite.
 */
export function disagreement(ours: readonly number[], peer: readonly number[], against: 'each' | 'largest'): number {
  if (ours.length !== peer.length || ours.length === 0 || ![...ours, ...peer].every(Number.isFinite)) return Infinity;
  const largest = peer.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.reduce((worst, value, i) => {
    const other = peer[i] ?? NaN;
    const difference = Math.abs(value - other);
    return Math.max(worst, difference === 0 ? 0 : difference / (against === 'each' ? Math.abs(other) : largest));
  }, 0);
}

/** What two sides may differ by: rounding of float32, or of bfloat16 where a side computes in it. */
export const agreementBounds: Readonly<Record<Precision, number>> = { fp32: 1e-4, bf16: 5e-2 };

function summary({ ms }: Samples): { minMs: number; medianMs: number } {
  return { minMs: round(Math.min(...ms)), medianMs: round(percentiles(ms).p50Ms) };
}

const rate = ({ itemsPerStep, repeatsPerStep = 1 }: Part, medianMs: number): number => round(itemsPerStep / repeatsPerStep / (medianMs / 1000));

function sideSettings({ device, precision, threads, settings }: Facts): Settings {
  return { device, precision, threads, ...settings };
}

/** Five digits say more than a timing holds. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
