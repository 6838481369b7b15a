/**
 * Options that would change nothing in the way a command is used are wrong use, and said to be: whoever typed one meant something by it.
 */
import type { Command } from 'commander';

/** @param names as the parsed options have them. @throws (wrong use) naming those that were typed. */
export function refuseOptions(command: Command, names: readonly string[], why: string): void {
  const typed = command.options.filter((option) => names.includes(option.attributeName()) && command.getOptionValueSource(option.attributeName()) === 'cli');
  if (typed.length > 0) command.error(`error: ${typed.map(({ long, short }) => long ?? short ?? '').join(', ')}: ${why}`);
}

/** @throws (wrong use) naming all that were typed but for those of `names`. */
export function refuseOtherOptions(command: Command, names: readonly string[], why: string): void {
  refuseOptions(command, command.options.map((option) => option.attributeName()).filter((name) => !names.includes(name)), why);
}

/** What says where the columns of a file are. */
export const columnOptions = ['text', 'pair', 'label', 'id', 'header', 'delimiter'];
