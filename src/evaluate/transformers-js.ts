/**
 * `@huggingface/transformers` as the checks of evaluate/ run it: on files that are here, and quietly.
 */
import type * as TransformersJs from '@huggingface/transformers';

/** Nothing was compared: transformers.js is not there. */
export class TransformersJsMissing extends Error {
  constructor() {
    super('@huggingface/transformers is not installed here: npm install @huggingface/transformers');
  }
}

/** The library's settings (`env`) are changed while `work` runs, for no file to come from elsewhere, and put back after it: run one at a time. @throws TransformersJsMissing where it is not installed. */
export async function withTransformersJs<T>(work: (library: typeof TransformersJs) => Promise<T>): Promise<T> {
  const library = await import('@huggingface/transformers').catch((error: unknown) => {
    throw isMissing(error, '@huggingface/transformers') ? new TransformersJsMissing() : error;
  });
  const { allowLocalModels, allowRemoteModels, logLevel } = library.env;
  Object.assign(library.env, { allowLocalModels: true, allowRemoteModels: false, logLevel: library.LogLevel.ERROR });
  try {
    return await work(library);
  } finally {
    Object.assign(library.env, { allowLocalModels, allowRemoteModels, logLevel });
  }
}

/** Whether an import failed because this package is not installed, and not for something within it. */
export function isMissing(error: unknown, name: string): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`);
}
