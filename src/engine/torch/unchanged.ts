/**
 * Whether the addon and the LibTorch it was built against are still the files they were. One cut short would end the process that loads it, and
 * another version would be called in ways it does not know. The one file of this room that looks at files.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What `retort build-native` leaves beside the addon; its `bytes` are the sizes of files, by path. */
export const recordName = 'build.json';

/** In words, what has another size than when the addon was built; undefined where nothing has, or no record is there. What is gone, the loading itself tells. */
export function changedSinceBuild(addon: string): string | undefined {
  for (const [file, bytes] of Object.entries(recordedBytes(addon))) {
    const now = statSync(resolve(dirname(addon), file), { throwIfNoEntry: false })?.size;
    if (now !== undefined && now !== bytes) return `${file} has ${now} bytes, not the ${String(bytes)} of when it was built`;
  }
  return undefined;
}

function recordedBytes(addon: string): Record<string, unknown> {
  try {
    return (JSON.parse(readFileSync(join(dirname(addon), recordName), 'utf8')) as { bytes?: Record<string, unknown> | null }).bytes ?? {};
  } catch {
    return {}; // compiled by hand
  }
}
