/**
 * The engine of a command: `--engine`, and the one line that says which it is.
 */
import { type Command, Option } from 'commander';
import { type EngineName, engineNames, useEngine } from '../engine/engine.ts';
import type { Console } from './console.ts';

export interface EngineOption {
  readonly engine: EngineName | 'auto';
}

export function addEngineOption(command: Command): Command {
  return command.addOption(new Option('--engine <name>', 'what computes').choices(['auto', ...engineNames]).default('auto'));
}

export async function startEngine(console: Console, { engine }: EngineOption): Promise<void> {
  const facts = await useEngine(engine);
  console.note(`engine ${facts.engine}: ${facts.device}, ${facts.precision}, ${facts.threads} ${facts.threads === 1 ? 'thread' : 'threads'}`);
}
