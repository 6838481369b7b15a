/**
 * What every command gets from the process it runs in: where to speak, when to stop, and the command as it was typed.
 */
import { type Console, openConsole } from './console.ts';

export interface Door {
  console(): Console;
  readonly signal: AbortSignal;
  /** The command line, for run.json and reports. */
  readonly command: string;
  /** Whether stack traces are shown. */
  verbose(): boolean;
}

export interface DoorOptions {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Options given before or after the command. */
  readonly globals: () => { json?: boolean; verbose?: boolean };
}

export function openDoor({ arguments: words, environment, signal, globals }: DoorOptions): Door {
  const quoted = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return {
    console: () => openConsole({ json: globals().json ?? false, environment }),
    signal,
    command: ['retort', ...quoted].join(' '),
    verbose: () => globals().verbose ?? false,
  };
}
