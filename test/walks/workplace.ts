// A folder to walk in: recipes and a small corpus laid out as corpora/opinions/sample is, and the built command started in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { engineUnderTest } from '../engine-choice.ts';

const cli = resolve('dist/cli.js');
const opinions = resolve('corpora', 'opinions', 'sample');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
}

export interface Workplace {
  readonly folder: string;
  path(...parts: string[]): string;
  start(...words: string[]): Started;
  retort(...words: string[]): Promise<Finished>;
  remove(): Promise<void>;
}

/** Rows of each split. */
export type CorpusSize = {
  readonly train: number;
  readonly dev: number;
  readonly test: number;
  readonly transfer: number;
};

const tiny: CorpusSize = { train: 120, dev: 45, test: 60, transfer: 80 };

export async function openWorkplace(size: CorpusSize = tiny): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-walk-'));
  await cp(resolve('recipes'), join(folder, 'recipes'), { recursive: true });
  await layOpinions(join(folder, 'corpora', 'opinions', 'sample'), size);
  const start = (...words: string[]): Started => {
    const child = spawn(process.execPath, [cli, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RETORT_ENGINE: engineUnderTest } });
    const [stdout, stderr]: Buffer[][] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => stdout?.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr?.push(chunk));
    const text = (chunks: Buffer[] | undefined) => Buffer.concat(chunks ?? []).toString();
    const finished = new Promise<Finished>((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => done({ code, stdout: text(stdout), stderr: text(stderr) }));
    });
    return { process: child, finished };
  };
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    start,
    retort: (...words) => start(...words).finished,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const things = ['the film', 'this soup', 'our guide', 'the old bus', 'that novel', 'her garden', 'the hotel'];
const words = {
  negative: ['was dull', 'was a poor joke', 'is not worth it', 'made me angry'],
  mixed: ['was good but long', 'is fine at best', 'had two sides', 'was neither here nor there'],
  positive: ['was a joy', 'is worth every hour', 'made me smile', 'was not bad at all'],
} as const;
const labels = Object.keys(words) as (keyof typeof words)[];

/** A little corpus: the project's own where it has been made, else one that looks like it. */
export async function layOpinions(folder: string, size: CorpusSize = tiny): Promise<void> {
  await (existsSync(join(opinions, 'train.tsv')) ? copyOpinions(folder, size) : writeOpinions(folder, size));
}

/** The first rows of the project's own corpus. */
async function copyOpinions(folder: string, size: CorpusSize): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [split, rows] of Object.entries(size)) {
    const lines = (await readFile(join(opinions, `${split}.tsv`), 'utf8')).split('\n');
    await writeFile(join(folder, `${split}.tsv`), `${lines.slice(0, rows + 1).join('\n')}\n`);
  }
}

/** train, dev, test (id, sentence, label) and transfer (id, sentence); the same bytes every time. */
async function writeOpinions(folder: string, size: CorpusSize): Promise<void> {
  await mkdir(folder, { recursive: true });
  let place = 0;
  const sentence = (label: keyof typeof words): string => {
    place += 1;
    return `${things[place % things.length]} ${words[label][(place * 5 + (place >> 2)) % 4]}, said number ${place % 11}`;
  };
  for (const [split, rows] of Object.entries(size)) {
    const labelled = split !== 'transfer';
    const lines = Array.from({ length: rows }, (_, row) => {
      const label = labels[(row * 7 + (row >> 3)) % 3] ?? 'mixed';
      return [`${split}-${row + 1}`, sentence(label), ...(labelled ? [label] : [])].join('\t');
    });
    await writeFile(join(folder, `${split}.tsv`), `${['id\tsentence' + (labelled ? '\tlabel' : ''), ...lines].join('\n')}\n`);
  }
}

/** SST-2 as GLUE distributes it in `glue/`, from the opinions that are not mixed. */
export async function layGlue(place: Workplace): Promise<void> {
  await mkdir(place.path('glue', 'SST-2'), { recursive: true });
  for (const split of ['train', 'dev']) {
    const rows = (await readFile(place.path('corpora', 'opinions', 'sample', `${split}.tsv`), 'utf8')).trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
    const lines = rows.filter(([, , label]) => label !== 'mixed').map(([, sentence, label]) => `${sentence}\t${label === 'positive' ? 1 : 0}`);
    await writeFile(place.path('glue', 'SST-2', `${split}.tsv`), `sentence\tlabel\n${lines.join('\n')}\n`);
  }
}
