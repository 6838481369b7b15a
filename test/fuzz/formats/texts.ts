/** Corpora and answers as people write them: tables, JSON lines, plain lines, GLUE's folders, files of answers, vocabularies. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAnswers } from '../../../src/teacher/answers.ts';
import { glueTasks, openGlue } from '../../../src/text/glue.ts';
import { openParallel, streamParallel } from '../../../src/text/parallel.ts';
import { columnNames, openTextFile, streamTextFile, type TextFileOptions } from '../../../src/text/text-file.ts';
import { readWordVectors } from '../../../src/text/word-vectors.ts';
import { faultOf } from '../verdict.ts';
import { fileSubject, type Format, utf8 } from '../format.ts';

const columns = { text: 'sentence', pair: 'other', label: 'label', id: 'id' } as const;

/** Reads a file whole, and again as it is streamed; both must say the same. */
async function readTwice(path: string, options: TextFileOptions): Promise<unknown> {
  const names = await columnNames(path, options);
  const whole = await openTextFile(path, options);
  const streamed = await streamTextFile(path, options);
  if (streamed.fingerprint !== whole.fingerprint || streamed.size !== whole.examples.length) throw new Error('the file read whole and the file streamed differ');
  return [names, whole];
}

/** With all columns, with a set of labels that is known, and by number with a tolerance for damage. */
function readTable(path: string): Promise<unknown> {
  return firstThatReads(path, [
    () => readTwice(path, { ...columns }),
    () => openTextFile(path, { text: 'sentence', label: 'label', labels: { kind: 'multi-label', names: ['no', 'yes'] } }),
    () => openTextFile(path, { text: 'sentence', id: 'id', label: 'label', labels: { kind: 'regression' } }),
    () => openTextFile(path, { text: 1, header: false, damaged: 'tolerate' }),
  ]);
}

/** Tries one way of reading after the other until one gives a value. @throws what the last says, and any refusal that is none. */
async function firstThatReads(place: string, [first, ...others]: readonly (() => Promise<unknown>)[]): Promise<unknown> {
  try {
    return await first?.();
  } catch (error) {
    if (others.length === 0 || faultOf(error, place) !== undefined) throw error;
    return firstThatReads(place, others);
  }
}

const tables: readonly string[] = ['id\tsentence\tother\tlabel\na\tit rains\twet\tyes\nb\t"quoted\tdry\tno\n', '\ufeffid\tsentence\tother\tlabel\r\n1\tä\tö\tno\r\n2\t😀\tu\tyes,no'];
const csv = ['id,sentence,other,label\na,"it ""rains"",\nagain",wet,yes\nb,dry,wet,no\n', '\ufeffid,sentence,other,label\r\n1,"ä",ö,no\r\n'];
const jsonl = ['{"id": "a", "sentence": "it rains", "other": "wet", "label": "yes"}\n\n{"id": 2, "sentence": "\\u00e4", "other": "dry", "label": true}\n', '{"sentence": "x", "label": ["no", "yes"]}\n', '{"sentence": "x", "other": "y", "label": 3.5, "id": "z"}'];
const answers = [
  '{"id": "a", "probs": {"no": 0.25, "yes": 0.75}}\n{"id": 2, "logits": {"no": -1, "yes": 1.5}}\n{"id": "c", "label": "Yes"}\n{"id": "d", "label": null}\n',
  '{"id": "a", "label": ["no", "yes"], "probs": null}\n{"id": 7, "logits": [1, -1]}\n',
  '{"id": "b", "score": 0.5}\n{"id": "c", "label": "2.5"}\n',
];

export const textFormats: readonly Format[] = [
  { name: 'tsv', sources: ['src/text/tsv.ts', 'src/text/lines.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'train.tsv', { samples: tables.map(utf8), words: ['\t', '\ta\t', 'sentence'], read: readTable })) },
  { name: 'csv', sources: ['src/text/csv.ts', 'src/text/lines.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'train.csv', { samples: csv.map(utf8), words: ['""', '",', ',"', '"\n'], read: readTable })) },
  { name: 'jsonl', sources: ['src/text/jsonl.ts', 'src/storage/json.ts', 'src/storage/json-scan.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'train.jsonl', { samples: jsonl.map(utf8), words: ['"id": ', '"label": ', '-Infinity'], read: readTable })) },
  { name: 'plain-lines', sources: ['src/text/plain-lines.ts', 'src/text/text-file.ts', 'src/text/lines.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'transfer.txt', { samples: ['it rains\n\nagain\n', '\ufeffä\r\n😀'].map(utf8), read: (path) => readTwice(path, { text: 'sentence' }) })) },
  { name: 'compressed-lines', sources: ['src/text/lines.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'transfer.txt.gz', { samples: ['it rains\n\nagain\n', '\ufeffä\r\n😀'].map((text) => gzipSync(text)), read: (path) => readTwice(path, { text: 'sentence' }) })) },
  { name: 'word-vectors', sources: ['src/text/word-vectors.ts', 'src/text/lines.ts'], open: (folder) => Promise.resolve(fileSubject(folder, 'glove.txt', { samples: ['rain 0.5 -1 2e-3\n. . . 1 2 3\n', '2 2\nä 1 0\n😀 0 1'].map(utf8), words: [' 1e39', ' NaN', '\n'], read: async (path) => (await readWordVectors(path)).nearest(Float32Array.of(1, 2, 3), 2) })) },
  {
    name: 'parallel',
    sources: ['src/text/parallel.ts', 'src/text/lines.ts'],
    open: async (folder) => {
      const target = join(folder, 'train.de');
      await writeFile(target, 'es regnet\nwieder\n');
      return fileSubject(folder, 'train.en', {
        place: folder, samples: ['it rains\nagain\n', '\ufeffit rains\r\nagain'].map(utf8), refused: ['it rains\n', 'it rains\n\n', 'a\nb\nc\n'].map(utf8), words: ['\n', '\r\n'],
        read: async (source) => [await openParallel({ source, target }), await streamParallel({ source, target, emptyLines: 'leave-out' })],
      });
    },
  },
  {
    name: 'glue',
    sources: ['src/text/glue.ts', 'src/text/table.ts', 'src/text/example-row.ts', 'src/text/lines.ts'],
    open: (folder) => {
      const samples = glueTasks.map(({ columns: named, written, labels, headerless }) => {
        const value = written?.[1] ?? ('names' in labels ? (labels.names[0] ?? '') : '3.5');
        const header = ['index', named.text, ...(named.pair === undefined ? [] : [named.pair]), named.label].join('\t');
        const row = ['0', 'it rains', ...(named.pair === undefined ? [] : ['wet']), value].join('\t');
        return utf8(headerless === undefined ? `${header}\n${row}\n${row}` : `gj04\t${value}\t*\tit rains\ngj05\t0\t\tdry\n`);
      });
      // Every task reads every input: a file of another task is a damaged one.
      return Promise.resolve({
        samples,
        words: ['\t', 'entailment', '1'],
        place: folder,
        read: async (input) => {
          await writeFile(join(folder, 'train.tsv'), input);
          return firstThatReads(folder, glueTasks.map((task) => () => openGlue(folder, task, 'train')));
        },
      });
    },
  },
  {
    name: 'answers',
    sources: ['src/teacher/answers.ts', 'src/text/lines.ts'],
    open: (folder) => Promise.resolve(fileSubject(folder, 'answers.jsonl', {
      samples: answers.map(utf8),
      words: ['"probs": ', '"logits": ', '"score": ', '[0.5, 0.5]', '"abstain"'],
      read: (path) => firstThatReads(path, [
        () => readAnswers(path, { task: 'single-label', labels: ['no', 'yes'], ordered: false, abstentions: ['abstain'] }),
        () => readAnswers(path, { task: 'multi-label', labels: ['no', 'yes'], ordered: true }),
        () => readAnswers(path, { task: 'regression', labels: ['score'], ordered: true }),
      ]),
    })),
  },
];
