/**
 * How the bench speaks with a side: a process of its own, so that its peak memory is its own and it can stand still while the other
 * side runs. One JSON object a line: a request on its standard input, then the answer on its standard output.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Precision } from '../../src/engine/options.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** What a side is told first. */
export interface Order {
  readonly case: string;
  /** Holds weights, batches and settings (`cases/case-folder.ts`), the same for both sides. */
  readonly folder: string;
  /** Of our sides; peers pay it no heed. */
  readonly engine: string;
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly replay?: boolean;
  /** Of a case that has several. */
  readonly variant?: string;
  /** What an earlier process of the same side found best, so that this one need not try, and its memory is not that of the trials. */
  readonly tuned?: Settings;
}

/** One thing that is timed; most cases have one. */
export interface Part {
  readonly name: string;
  /** Examples, sentences or operations of a step, for the rate. */
  readonly itemsPerStep: number;
  /** A step repeats something very short this often; times are told for one of them. 1 unless said. */
  readonly repeatsPerStep?: number;
}

/** A side that cannot work here says so in a sentence. */
export type Opened = { readonly parts: readonly Part[] } | { readonly absent: string };

export interface Facts {
  readonly device: string;
  readonly precision: string;
  readonly threads: number;
  readonly peakRssMB: number;
  readonly settings: Settings;
}

/** What a measurement needs of a side, whatever language it is written in. */
export interface Side {
  open(order: Order): Promise<Opened>;
  /** Numbers at dropout 0 that both sides must agree on: losses of three steps, or outputs. */
  check(): Promise<readonly number[]>;
  /** Turns dropout on, chooses batch sizes. @returns what it chose, for `Order.tuned`. */
  prepare(): Promise<Settings>;
  /** Milliseconds of so many steps, the device's work included. */
  run(part: string, steps: number): Promise<number>;
  facts(): Promise<Facts>;
  close(): Promise<void>;
}

type Request = ({ ask: 'open' } & Order) | { ask: 'check' | 'prepare' | 'facts' } | { ask: 'run'; part: string; steps: number };
/** `values` of check, `milliseconds` of run; `error` instead of an answer. */
type Answer = { error?: string } & Partial<Facts> & { parts?: readonly Part[]; absent?: string; tuned?: Settings; values?: readonly (number | null)[]; milliseconds?: number };

const silenceLimitMs = 20 * 60_000;
const stderrLinesKept = 12;

/** A side that broke down or did not answer; says which, and the end of what it wrote to its standard error. */
export class SideFailure extends Error {
  readonly side: string;

  constructor(side: string, message: string) {
    super(message);
    this.side = side;
  }
}

/** A side in a process that this one starts. */
export class ProcessSide implements Side {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #stderr: string[] = [];
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  #ended: string | undefined;

  constructor(name: string, command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#name = name;
    this.#child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => this.#end(`it could not be started: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#end(`it ended with ${signal ?? `exit code ${code}`}`));
    this.#child.stdin.on('error', () => undefined); // the end of the process says more
    createInterface(this.#child.stdout).on('line', (line) => this.#hear(line));
    createInterface(this.#child.stderr).on('line', (line) => {
      this.#stderr.push(line);
      if (this.#stderr.length > stderrLinesKept) this.#stderr.shift();
    });
  }

  async open(order: Order): Promise<Opened> {
    const { absent, parts = [] } = await this.#ask({ ask: 'open', ...order });
    return absent === undefined ? { parts } : { absent };
  }

  async check(): Promise<readonly number[]> {
    return ((await this.#ask({ ask: 'check' })).values ?? []).map((value) => value ?? NaN);
  }

  async prepare(): Promise<Settings> {
    return (await this.#ask({ ask: 'prepare' })).tuned ?? {};
  }

  async run(part: string, steps: number): Promise<number> {
    return (await this.#ask({ ask: 'run', part, steps })).milliseconds ?? NaN;
  }

  async facts(): Promise<Facts> {
    return (await this.#ask({ ask: 'facts' })) as Facts;
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end(); // a side ends with its input
    const stubborn = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await closed;
    clearTimeout(stubborn);
  }

  #ask(request: Request): Promise<Answer> {
    if (this.#ended !== undefined) return Promise.reject(this.#failure(this.#ended));
    return new Promise((resolve, reject) => {
      const silent = setTimeout(() => {
        this.#child.kill('SIGKILL');
        reject(this.#failure(`it did not answer '${request.ask}' within ${silenceLimitMs / 60_000} minutes`));
      }, silenceLimitMs);
      const settle = <T>(pass: (value: T) => void) => (value: T) => {
        clearTimeout(silent);
        this.#waiting = undefined;
        pass(value);
      };
      this.#waiting = { resolve: settle(resolve), reject: settle(reject) };
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  #hear(line: string): void {
    const answer = parseAnswer(line);
    if (answer === undefined) return; // a library's chatter
    if (answer.error === undefined) this.#waiting?.resolve(answer);
    else this.#waiting?.reject(this.#failure(answer.error));
  }

  #end(how: string): void {
    this.#ended ??= how;
    this.#waiting?.reject(this.#failure(how));
  }

  #failure(what: string): SideFailure {
    const said = this.#ended === undefined ? [] : this.#stderr.filter((line) => line.trim() !== '');
    return new SideFailure(this.#name, [what, ...said].join('\n  '));
  }
}

function parseAnswer(line: string): Answer | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Answer;
  } catch {
    return undefined;
  }
}

/** Answers requests from standard input with what `side` says, until the input ends. */
export async function serve(side: Omit<Side, 'close'>): Promise<void> {
  console.log = console.error; // standard output belongs to the answers
  console.info = console.error;
  for await (const line of createInterface(process.stdin)) {
    const request = JSON.parse(line) as Request;
    const answer = await answerTo(side, request).catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function answerTo(side: Omit<Side, 'close'>, request: Request): Promise<object> {
  switch (request.ask) {
    case 'open': {
      const { ask: _ask, ...order } = request;
      return side.open(order);
    }
    case 'check':
      return { values: await side.check() };
    case 'prepare':
      return { tuned: await side.prepare() };
    case 'run':
      return { milliseconds: await side.run(request.part, request.steps) };
    case 'facts':
      return side.facts();
  }
}

/** The most memory this process ever held. Linux counts it per program; elsewhere the operating system's own figure is taken. */
export function peakRssMB(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return (Number(kilobytes) * 1024) / 1e6;
  } catch {
    // not Linux
  }
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
