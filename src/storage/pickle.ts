// Reads pickles of Python, protocols 2 to 5, without Python's power: a pickle is a program, and this runs only those of its
// opcodes that build plain values. A class or function it names is looked up in a list of the caller's and nowhere else.
// https://docs.python.org/3/library/pickletools.html  Each opcode is one byte, then its argument; numbers are little-endian.
import { PickleMachine, type PickleValue, type PickleWorld } from './pickle-machine.ts';
import { type PickleOpcode, pickleOpcodes } from './pickle-opcodes.ts';

/**
 * Runs one pickle that starts at `start`.
 * @returns its value, and where the bytes after it begin.
 * @throws a sentence that says what the pickle does wrong, or what it asks for and does not get.
 */
export function unpickle(bytes: Uint8Array, world: PickleWorld, start = 0): { value: PickleValue; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine = new PickleMachine(world);
  let place = start;
  for (let run = 0; run < maxOpcodes; run++) {
    if (place >= bytes.length) throw new Error('the pickle ends too early');
    const code = view.getUint8(place);
    if (code === stop) {
      const value = machine.pop();
      if (machine.stack.length > 0 || machine.marks.length > 0) throw new Error('values are left over at the end of the pickle');
      return { value, end: place + 1 };
    }
    const opcode: PickleOpcode | undefined = pickleOpcodes[code];
    if (opcode === undefined) throw new Error(`byte ${place} is the opcode 0x${code.toString(16).padStart(2, '0')}, which plain values do not need`);
    place += 1;
    const { begin, end } = argumentAt(view, place, opcode);
    opcode.run(machine, bytes.subarray(begin, end));
    place = end + (opcode.size === 'lines' ? 1 : 0);
  }
  throw new Error(`the pickle does more than ${maxOpcodes} steps; a hundred thousand tensors need fewer`);
}

const stop = 0x2e;
/** A step makes one value at most, some 200 bytes of a dict: this bounds what a hostile pickle can make us allocate. */
const maxOpcodes = 2 ** 21;

/** Where the argument of an opcode lies; lengths are checked against the pickle before anything is made. */
function argumentAt(view: DataView, place: number, { size }: PickleOpcode): { begin: number; end: number } {
  if (size === 'lines') {
    const end = endOfLine(view, endOfLine(view, place) + 1);
    return { begin: place, end };
  }
  const width = typeof size === 'number' ? 0 : size.length;
  requireBytes(view, place, width);
  const length = typeof size === 'number' ? size : lengthAt(view, place, size.length);
  requireBytes(view, place + width, length);
  return { begin: place + width, end: place + width + length };
}

function lengthAt(view: DataView, place: number, width: 1 | 4 | 8): number {
  if (width === 1) return view.getUint8(place);
  return width === 4 ? view.getUint32(place, true) : Number(view.getBigUint64(place, true));
}

function requireBytes(view: DataView, place: number, length: number): void {
  if (length > view.byteLength - place) throw new Error('the pickle ends too early');
}

function endOfLine(view: DataView, place: number): number {
  for (let end = place; end < view.byteLength; end++) if (view.getUint8(end) === 0x0a) return end;
  throw new Error('the pickle ends too early');
}
