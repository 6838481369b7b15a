/**
 * What a reader may do with an input: give a value, or refuse it in the house's own way. Memory is what the process holds after a read
 * and did not hold before: array buffers, and the highest resident size so far. Neither may grow past a constant and a small multiple
 * of the input; what is let go in between shows in the latter alone, and in a heap with a limit (scripts/fuzz.ts).
 */
import type { Subject } from './format.ts';

const mebi = 2 ** 20;
/** For each byte of the input: a number in JSON becomes a double, a token a row of offsets. */
const perByte = 256;
const longestMessage = 4000;

/** @throws a sentence that says what the reader did wrong. */
export async function judge({ read, place }: Subject, input: Uint8Array): Promise<'read' | 'refused'> {
  const before = standing();
  const outcome = await read(input).then(() => 'read' as const, (error: unknown) => {
    const fault = faultOf(error, place);
    if (fault !== undefined) throw new Error(fault, { cause: error });
    return 'refused' as const;
  });
  const after = standing();
  const [buffers, resident] = [after.buffers - before.buffers, after.resident - before.resident];
  if (buffers > 32 * mebi + perByte * input.length) throw new Error(`${input.length} bytes made it take ${buffers} bytes of array buffers`);
  if (resident > 256 * mebi + perByte * input.length) throw new Error(`${input.length} bytes made the process grow by ${resident} bytes`);
  return outcome;
}

function standing(): { buffers: number; resident: number } {
  return { buffers: process.memoryUsage().arrayBuffers, resident: 1024 * process.resourceUsage().maxRSS };
}

/** What is wrong with an error as a refusal; undefined where it is a sentence that names the place. */
export function faultOf(error: unknown, place: string): string | undefined {
  if (!(error instanceof Error)) return `it threw ${typeof error}, which is no error`;
  const { message } = error;
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    if (isSlip(inner)) return `a slip of the program, ${inner.name}: ${inner.message}`;
  }
  if (!message.startsWith(place)) return `the message does not begin with ${place}: ${message.slice(0, 300)}`;
  if (message.length < place.length + 10) return `the message says nothing: ${message}`;
  if (message.length > longestMessage) return `a message of ${message.length} characters: ${message.slice(0, 300)}`;
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(message)) return `the message would steer a terminal: ${JSON.stringify(message.slice(0, 300))}`;
  return undefined;
}

/** An error that the language throws at a mistake of ours, not at a fault of the file; the decoder's and the parser's are about the file. */
function isSlip(error: Error): boolean {
  if (error.constructor === Error) return false;
  const isOfText = error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
  return !isOfText && !(error instanceof SyntaxError);
}
