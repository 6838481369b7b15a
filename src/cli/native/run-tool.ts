/**
 * Running a compiler or cmake: its lines as they come, and, where it fails, what it said in one error.
 */
import { spawn } from 'node:child_process';
import type { Environment } from './tools.ts';

/** What would put headers or libraries of another installation before the chosen ones. */
const searchPaths = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'LIBRARY_PATH', 'LD_RUN_PATH', 'CMAKE_PREFIX_PATH', 'CMAKE_GENERATOR', 'Torch_DIR', 'Caffe2_DIR'];

export function pinned(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !searchPaths.includes(name)));
}

export interface ToolRun {
  /** What is being built, for the message. */
  readonly what: string;
  readonly environment: Environment;
  /** Where it runs; here, unless said. */
  readonly folder?: string;
  readonly onLine?: (line: string) => void;
}

/** @throws with what the command last said, errors first. */
export async function runTool(command: string, words: readonly string[], { what, environment, folder, onLine }: ToolRun): Promise<void> {
  const child = spawn(command, [...words], { env: environment, stdio: ['ignore', 'pipe', 'pipe'], ...(folder !== undefined && { cwd: folder }) });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) onLine?.(line);
      lines.push(...parts);
    });
  }
  const ended = await new Promise<string>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(signal ?? String(code)));
  });
  if (ended === '0') return;
  if (lines.some((line) => /Killed|fatal error: Killed|signal terminated program/.test(line))) throw new Error('the compiler was killed, most likely for want of memory: give it less to do at once, with --jobs 1, or end other programs');
  const faults = lines.filter((line) => /\berror\b|CMake Error/i.test(line)).slice(0, 8);
  throw new Error(`${what} could not be built (${command}: ${ended}):\n${(faults.length > 0 ? faults : lines.slice(-20)).join('\n')}`);
}
