/**
 * The splits of a corpus folder: `train`, `dev`, perhaps `test` and `transfer`, each in one file of any format that is read.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

const endings = ['tsv', 'csv', 'jsonl', 'ndjson'];

/** The file of a split, or undefined. @throws where two files of different formats claim to be it. */
export async function findSplit(folder: string, split: string): Promise<string | undefined> {
  const paths = [...endings, ...(split === 'transfer' ? ['txt'] : [])].map((ending) => join(folder, `${split}.${ending}`));
  const found: string[] = [];
  for (const path of paths) if (await stat(path).then((entry) => entry.isFile(), () => false)) found.push(path);
  if (found.length > 1) throw new Error(`${folder}: ${found.map((path) => basename(path)).join(' and ')} are both there; keep the one that is meant`);
  return found[0];
}

/** The file of a split; its usual name where there is none, for the message that it is missing. */
export async function splitFile(folder: string, split: string): Promise<string> {
  return (await findSplit(folder, split)) ?? join(folder, `${split}.tsv`);
}
