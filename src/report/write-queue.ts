/**
 * Writes one after another behind a caller that does not wait for them. After the first failure nothing more is written, and the
 * failure is thrown to the caller at its next call: a run must not go on for hours believing that it is being recorded.
 */

/** `add` returns at once, `written` when all that was added is written; both throw what an earlier write failed with, with `said` before it. */
export type WriteQueue = { add(write: () => Promise<void>): void; written(): Promise<void> };

/** @param said what a failure means, such as 'runs/a/events.jsonl: the run log cannot be written'. */
export function openWriteQueue(said: string): WriteQueue {
  let last = Promise.resolve();
  let failure: Error | undefined;
  const throwFailure = (): void => {
    if (failure !== undefined) throw new Error(`${said}: ${failure.message}`, { cause: failure });
  };
  return {
    add(write) {
      throwFailure();
      last = last
        .then(() => (failure === undefined ? write() : undefined))
        .catch((error: unknown) => {
          failure = error instanceof Error ? error : new Error(String(error));
        });
    },
    async written() {
      await last;
      throwFailure();
    },
  };
}
