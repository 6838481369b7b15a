/** What `npm run bench` is asked for. A wrong option is one sentence and exit code 2. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { engineNames } from '../../src/engine/engine.ts';
import { precisions, type Precision } from '../../src/engine/options.ts';
import { type CaseName, caseNamed, caseNames } from './cases/catalogue.ts';
import { type PeerName, peerNamed, peerNames } from './peers.ts';

export interface BenchOptions {
  readonly cases: readonly CaseName[];
  /** Of the cases that have several; absent: all of theirs. */
  readonly variants?: readonly string[] | undefined;
  readonly precisions: readonly Precision[];
  readonly peers: readonly PeerName[];
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  readonly pairs: number;
  readonly seconds: number;
  readonly python?: string | undefined;
  /** Folder of the Python peers. */
  readonly peerScripts?: string | undefined;
  readonly json?: string | undefined;
  readonly sentences: number;
  readonly text?: string | undefined;
  readonly tokenizer?: string | undefined;
  readonly small: boolean;
  readonly replay: boolean;
}

export class UsageError extends Error {}

export const usage = (): string => `npm run bench [-- OPTIONS]

Times our training and labelling against others', turn by turn, and prints a table.
An option that takes names takes several with commas.

  --case NAME          ${caseNames.join(', ')} (all of them)
  --variant NAME       of a case that has several: which rows (all of them)
  --precision NAME     ${precisions.join(' or ')} (fp32)
  --peer NAME          ${peerNames.join(', ')} (all that are here), or none
  --engine NAME        auto, ${engineNames.join(', ')} (auto)
  --device NAME        cpu or cuda:N (cpu)
  --replay             our steps run from the engine's own notes once they repeat
  --threads N          of both sides (this machine's processors)
  --pairs N            turns of each side (15)
  --seconds N          no further pair after so long, five at least (90)
  --python PATH        a Python with torch and transformers (python3 on the path)
  --peer-scripts PATH  folder of the Python peers (beside the bench)
  --sentences N        to label (256; on a GPU 4096)
  --text FILE          sentences to label, one a line (drawn ones) …
  --tokenizer FOLDER   … and what reads them
  --small              every case with tiny models: tries the bench, measures nothing
  --json FILE          the rows as a JSON array

${caseNames.map((name) => `  ${name.padEnd(12)} ${caseNamed(name).what}${variantsText(name)}`).join('\n')}

${peerNames.map((name) => `  ${name.padEnd(12)} ${peerNamed(name).what}`).join('\n')}`;

function variantsText(name: CaseName): string {
  const { variants } = caseNamed(name);
  return variants === undefined ? '' : `\n${' '.repeat(15)}(variants ${variants.join(', ')})`;
}

/** @throws UsageError in one sentence. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const values = parse(args);
  const device = values.device ?? 'cpu';
  if (!/^(cpu|cuda(:\d+)?)$/.test(device)) throw new UsageError(`--device ${device}: give cpu or cuda:N`);
  if ((values.text === undefined) !== (values.tokenizer === undefined)) throw new UsageError('--text and --tokenizer go together: the sentences, and what reads them');
  return {
    cases: names('case', values.case, caseNames) ?? caseNames,
    variants: names('variant', values.variant, caseNames.flatMap((name) => caseNamed(name).variants ?? [])),
    precisions: names('precision', values.precision, precisions) ?? ['fp32'],
    peers: values.peer === 'none' ? [] : (names('peer', values.peer, peerNames) ?? peerNames),
    engine: names('engine', values.engine, ['auto', ...engineNames])?.[0] ?? 'auto',
    device: device === 'cuda' ? 'cuda:0' : device,
    threads: count('threads', values.threads) ?? availableParallelism(),
    pairs: count('pairs', values.pairs) ?? 15,
    seconds: count('seconds', values.seconds) ?? 90,
    python: values.python,
    peerScripts: values['peer-scripts'],
    json: values.json,
    sentences: count('sentences', values.sentences) ?? (device === 'cpu' ? 256 : 4096),
    text: values.text,
    tokenizer: values.tokenizer,
    small: values.small ?? false,
    replay: values.replay ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        case: text, variant: text, precision: text, peer: text, engine: text, device: text, threads: text, pairs: text, seconds: text,
        python: text, 'peer-scripts': text, sentences: text, text, tokenizer: text, json: text, small: { type: 'boolean' }, replay: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function names<T extends string>(option: string, value: string | undefined, known: readonly T[]): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return value.split(',').map((name) => {
    const found = known.find((one) => one === name.trim());
    if (found === undefined) throw new UsageError(`--${option} ${name}: there are ${known.join(', ')}`);
    return found;
  });
}

function count(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(value)) throw new UsageError(`--${option} ${value}: give a whole number from 1`);
  return Number(value);
}
