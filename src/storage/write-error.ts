// Why a file cannot be written, as a person would say it.

/** The rest of a sentence that begins with the path. */
export function writeError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return 'cannot be written: the disk is full; make room and run the same command again';
  if (code === 'EDQUOT') return 'cannot be written: your share of the disk is used up; make room and run the same command again';
  return `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}
