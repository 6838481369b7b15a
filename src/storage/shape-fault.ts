// What a schema found wrong with a value of a file, in words for a message: where, and what was expected there.
import { printable } from './quoted.ts';

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const shown = 8;

/** The first things that are wrong: `teacher.steps: Invalid input: expected number, received string`. */
export function shapeFault({ issues }: { readonly issues: readonly Issue[] }): string {
  const faults = issues.slice(0, shown).map(({ path, message }) => `${path.length === 0 ? '' : `${printable(path.map(String).join('.'))}: `}${printable(message, 200)}`);
  return `${faults.join('; ')}${issues.length > shown ? `; and ${issues.length - shown} more` : ''}`;
}
