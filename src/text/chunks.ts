// A sequence in lists of so many, the last one perhaps shorter.

export async function* chunksOf<T>(items: AsyncIterable<T> | Iterable<T>, count: number): AsyncGenerator<T[], void, undefined> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < count) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
