/**
 * The tables in the files that people read, made anew from the runs recorded in recipes/results.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvidenceRequest, renewBlocks } from '../../src/report/evidence-blocks.ts';
import { evidenceOf } from '../../src/report/evidence-file.ts';
import { evidenceTable } from '../../src/report/evidence-table.ts';
import { writeFileAtomically } from '../../src/storage/atomic.ts';

/** The files that may have marks, of those that are there. */
async function markedFiles(root: string): Promise<string[]> {
  const inside = async (folder: string, ending: string) => (await readdir(join(root, folder)).catch(() => [])).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));
  return ['README.md', ...(await inside('docs', '.md')), ...(await inside(join('scripts', 'repro'), '.ts'))];
}

/** @returns how many tables there are, and the files whose text is not what the runs give. */
export async function renewTables(root: string, { check }: { check: boolean }): Promise<{ tables: number; stale: string[] }> {
  const known = new Map<string, Promise<string>>(); // differences are drawn anew some thousand times: once for each request
  const table = ({ recipe, ...choice }: EvidenceRequest): Promise<string> => {
    const key = JSON.stringify([recipe, choice]);
    const made = known.get(key) ?? evidenceOf(join(root, 'recipes', 'results'), recipe).then((evidence) => evidenceTable(evidence, choice));
    known.set(key, made);
    return made;
  };
  let tables = 0;
  const stale: string[] = [];
  for (const file of await markedFiles(root)) {
    const text = await readFile(join(root, file), 'utf8');
    const renewed = await renewBlocks(text, file, table);
    tables += renewed.requests.length;
    if (renewed.text === text) continue;
    stale.push(file);
    if (!check) await writeFileAtomically(join(root, file), renewed.text);
  }
  return { tables, stale };
}
