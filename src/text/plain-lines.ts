// Plain text without labels, one example a line: text to transfer a teacher's knowledge on, or to train a vocabulary from.
// Blank lines part paragraphs or books and are passed over; line numbers still count them.
import { gatherFile } from './corpus-file.ts';
import { factsFromPath, type Corpus, type ReadOptions } from './corpus.ts';
import type { Example } from './example.ts';
import { readLines } from './lines.ts';

/** Reads a text file whole: ids are `<split>-<line number>`, `split` is by default the file's name without its ending. */
export async function openPlainLines(path: string, options: { readonly name?: string; readonly split?: string } = {}): Promise<Corpus> {
  return gatherFile(path, readPlainLines, options);
}

/** The lines that hold text, as examples, one at a time. */
export async function* readPlainLines(path: string, { split = factsFromPath(path).split }: ReadOptions = {}): AsyncGenerator<Example, void, undefined> {
  for await (const line of readLines(path)) {
    if (line.text.trim() !== '') yield { id: `${split}-${line.number}`, text: line.text };
  }
}
