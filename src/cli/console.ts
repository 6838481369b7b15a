/**
 * Where the command line speaks: results on standard output, progress and warnings on standard error; as JSON when asked.
 */
import type { LiveOptions } from '../report/live-line.ts';

export interface Console {
  /** A line of results. Silent in JSON mode. */
  say(text: string): void;
  /** A line that is no result: a notice or a warning. */
  note(text: string): void;
  /** The one JSON value of a command in JSON mode; nothing otherwise. */
  answer(value: unknown): void;
  /** How live lines draw. */
  readonly live: LiveOptions;
}

export function openConsole({ json, environment }: { json: boolean; environment: Readonly<Record<string, string | undefined>> }): Console {
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
    live: { stream: process.stderr, colour: (environment.NO_COLOR ?? '') === '' },
  };
}
