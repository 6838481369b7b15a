/**
 * Where the command line speaks: results on standard output, progress and warnings on standard error; as JSON when asked.
 */
import { openCountProgress } from '../report/count-progress.ts';
import type { LiveOptions } from '../report/live-line.ts';

export interface Console {
  /** A line of results. Silent in JSON mode. */
  say(text: string): void;
  /** A line that is no result: a notice or a warning. */
  note(text: string): void;
  /** The one JSON value of a command in JSON mode; nothing otherwise. */
  answer(value: unknown): void;
  /** Counts something that takes long on the progress line; `total` things called `unit`. */
  count(label: string, unit: string, total: number): (done: number) => void;
  /** How live lines draw. */
  readonly live: LiveOptions;
}

export function openConsole({ json, environment }: { json: boolean; environment: Readonly<Record<string, string | undefined>> }): Console {
  const live: LiveOptions = { stream: process.stderr, colour: (environment.NO_COLOR ?? '') === '' };
  return {
    say: (text) => {
      if (!json) process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      process.stderr.write(`${text}\n`);
    },
    answer: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    count: (label, unit, total) => {
      const counter = openCountProgress({ label, unit, total }, live);
      return (done) => {
        counter.reach(done);
        if (done >= total) counter.end();
      };
    },
    live,
  };
}
