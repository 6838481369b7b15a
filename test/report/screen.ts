/** A stream that remembers what it was told, and a terminal's view of it: what stands on the screen after carriage returns. */
import type { TextStream } from '../../src/report/live-line.ts';

export type Screen = TextStream & { written: string[] };

export function openScreen({ isTTY, columns }: { isTTY: boolean; columns?: number }): Screen {
  const written: string[] = [];
  return { isTTY, ...(columns === undefined ? {} : { columns }), written, write: (text: string) => written.push(text) };
}

/** The lines a terminal would show: a carriage return goes back to the start of its line and later text overwrites. */
export function shownOn({ written }: Screen): string[] {
  return written.join('').split('\n').map((line) => {
    let shown: string[] = [];
    for (const part of line.split('\r')) shown = [...part, ...shown.slice([...part].length)];
    return shown.join('').trimEnd();
  });
}
