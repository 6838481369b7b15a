/**
 * What a reader of outside bytes is to the fuzzer: sound inputs to start from, a way to read any other, and how a refusal begins.
 * The list of them is catalogue.ts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Format {
  readonly name: string;
  /** The files of src that this reads with: every reader of the house stands in some format. */
  readonly sources: readonly string[];
  /** Lays out in `folder`, which is empty, what the reader needs beside its input. */
  readonly open: (folder: string) => Promise<Subject>;
}

export interface Subject {
  /** Sound inputs. */
  readonly samples: readonly Uint8Array[];
  /** Inputs to start from as well, which are refused as they are. */
  readonly refused?: readonly Uint8Array[];
  /** Whether the samples are JSON, so that values are changed as well as bytes. */
  readonly json?: boolean;
  /** Texts that mean something in this format. */
  readonly words?: readonly string[];
  /** What the sentence of a refusal begins with: the place of the file, as a person gave it. */
  readonly place: string;
  /** Reads one input to its end. */
  readonly read: (input: Uint8Array) => Promise<unknown>;
}

/** A reader of the file `name` in `folder`; `place`, where other files of the folder may be at fault too, is the folder. */
export function fileSubject(folder: string, name: string, { place, read, ...rest }: Omit<Subject, 'place' | 'read'> & { readonly place?: string; readonly read: (path: string) => Promise<unknown> }): Subject {
  const path = join(folder, name);
  return {
    ...rest,
    place: place ?? path,
    read: async (input) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, input);
      return read(path);
    },
  };
}

export const utf8 = (text: string): Uint8Array => Buffer.from(text);
