/**
 * Whether a forward pass trains (dropout on, drawn from a key) or only speaks.
 */
import type { Dropout } from '../engine/fused/dropout.ts';
import { fold, type Key } from '../engine/random.ts';

/** `dropout` is the key of this step's masks; absent, the pass is deterministic. */
export interface Mode {
  readonly dropout?: Key | undefined;
}

/** The dropout of one place in the model, none when the mode does not train. */
export function dropoutAt(mode: Mode, place: string, rate: number): Dropout | undefined {
  return mode.dropout === undefined || rate === 0 ? undefined : { rate, key: fold(mode.dropout, place) };
}

/** The mode of a part of the model, whose places are its own. */
export function modeOf(mode: Mode, part: string): Mode {
  return mode.dropout === undefined ? mode : { dropout: fold(mode.dropout, part) };
}
