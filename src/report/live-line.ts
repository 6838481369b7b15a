/**
 * One line at the foot of a terminal that is redrawn in place, or, where the stream is a pipe or a file, a plain line every now and
 * then. The line is cleared with spaces, so that without colour not one escape code is written. It knows nothing of what it shows.
 */
import { clipText, oneLine, textWidth } from './text-width.ts';

/** What is needed of a stream: `process.stderr` fits, and so does an array that collects. */
export type TextStream = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };

/** Where and how often to draw. `colour` false means no escape code at all; the caller knows NO_COLOR, this room does not. */
export type LiveOptions = {
  stream?: TextStream;
  /** A clock in milliseconds. */
  now?: () => number;
  colour?: boolean;
  /** Seconds between plain lines where there is no terminal. */
  everySeconds?: number;
};

/** A part of the line; of those that do not fit, the one with the highest `rank` goes first. */
export type Piece = { text: string; rank: number };

/** `update` shows pieces when their time has come; `say` leaves a line behind for good; `close` clears. */
export type LiveLine = {
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly now: () => number;
  update(pieces: () => readonly Piece[]): void;
  say(line: string): void;
  close(): void;
};

/** Five redraws a second look alive and cost nothing. */
const redrawMs = 200;

/** Opens a live line on `stream`, standard error unless told otherwise. Nothing is drawn before the first `update`. */
export function openLiveLine({ stream = process.stderr, now = () => performance.now(), colour = true, everySeconds = 15 }: LiveOptions = {}): LiveLine {
  const isTerminal = stream.isTTY === true;
  const intervalMs = isTerminal ? redrawMs : everySeconds * 1000;
  let drawnWidth = 0;
  let drawnAt = -Infinity;
  const clear = (): void => {
    if (drawnWidth > 0) stream.write(`\r${' '.repeat(drawnWidth)}\r`);
    drawnWidth = 0;
  };
  return {
    isTerminal,
    colour: colour && isTerminal,
    now,
    update(pieces) {
      if (now() - drawnAt < intervalMs) return;
      drawnAt = now();
      if (!isTerminal) {
        stream.write(`${joined(pieces())}\n`);
        return;
      }
      // The last column stays free: a terminal may wrap as soon as it is written.
      const line = fit(pieces(), (stream.columns ?? 80) - 1);
      const width = textWidth(line);
      stream.write(`\r${line}${' '.repeat(Math.max(0, drawnWidth - width))}`);
      drawnWidth = width;
    },
    say(line) {
      clear();
      stream.write(`${oneLine(line)}\n`);
    },
    close: clear,
  };
}

const joined = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('  ');

/** As many pieces as fit into `width` columns, in their order; at least the most important one, clipped if need be. */
function fit(pieces: readonly Piece[], width: number): string {
  let kept = pieces;
  while (kept.length > 1 && textWidth(joined(kept)) > width) {
    const last = Math.max(...kept.map(({ rank }) => rank));
    const index = kept.findLastIndex(({ rank }) => rank === last);
    kept = kept.filter((_, place) => place !== index);
  }
  return clipText(joined(kept), width);
}
