/**
 * Slow combinations of engine, machine and environment, each in one line with what to do about it.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { EngineFacts } from '../engine/engine.ts';

/** What there is to look at. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly processors: number;
  /** Mean number of programs that want a processor; of the last minute. */
  readonly load: number;
  /** Files mapped into the process. */
  readonly libraries: readonly string[];
  readonly swappedBytes: number;
}

/** Of this process, now. */
export function surroundings(environment: Surroundings['environment']): Surroundings {
  const swap = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(textOf('/proc/meminfo'))?.[1] ?? 0);
  return {
    environment,
    processors: availableParallelism(),
    load: loadavg()[0] ?? 0,
    libraries: [...new Set(textOf('/proc/self/maps').split('\n').map((line) => line.slice(line.indexOf('/'))))],
    swappedBytes: swap('SwapTotal') - swap('SwapFree'),
  };
}

/** Empty where the system keeps no such file: other systems than Linux are asked nothing. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Of the machine, whatever computes on it; to be asked before this program itself has worked. */
export function machineWarnings({ processors, load, swappedBytes }: Surroundings): string[] {
  return [
    ...(swappedBytes > 0.5e9 ? [`${(swappedBytes / 1e9).toFixed(1)} GB of memory are swapped out to disk: what is needed of that comes back a thousand times as slowly`] : []),
    ...(load > processors / 2 ? [`the machine is busy with other work (load ${load.toFixed(1)} on ${processors} processors): the rates are lower than they could be`] : []),
  ];
}

/** Of an engine that has been started in this process. */
export function engineWarnings({ engine, device, threads }: Pick<EngineFacts, 'engine' | 'device' | 'threads'>, { environment, processors, libraries }: Surroundings): string[] {
  const warnings: string[] = [];
  const limit = threadLimit(environment);
  if (threads > processors) warnings.push(`${threads} threads on ${processors} processors wait for one another: --threads ${processors}`);
  if (engine === 'torch' && device === 'cpu' && limit !== undefined && threads <= limit && limit < processors) {
    warnings.push(`OMP_NUM_THREADS=${limit} leaves ${processors - limit} of ${processors} processors idle: unset it, or --threads ${processors}`);
  }
  const named = (pattern: RegExp) => libraries.filter((file) => pattern.test(file));
  const pools = named(/\/lib(gomp|iomp5|omp)[-.\w]*\.so/);
  if (pools.length > 1) warnings.push(`several OpenMP libraries are loaded, each with threads of its own (${pools.join(', ')}): build against Python's torch, which brings one`);
  const [blas] = named(/openblas-pthread|libopenblasp/);
  if (blas !== undefined && environment.OMP_WAIT_POLICY?.toUpperCase() !== 'PASSIVE') {
    warnings.push(`OpenBLAS computes with threads of its own beside OpenMP's (${blas}): OMP_WAIT_POLICY=PASSIVE, or apt-get install libopenblas0-openmp`);
  }
  return warnings;
}

/** How many threads the environment leaves to numeric libraries, as OpenMP's variable says. */
export function threadLimit(environment: Surroundings['environment']): number | undefined {
  const threads = Number.parseInt(environment.OMP_NUM_THREADS ?? '', 10);
  return Number.isSafeInteger(threads) && threads > 0 ? threads : undefined;
}
