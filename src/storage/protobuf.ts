// The protocol-buffer wire format, written only: what ONNX models and TensorBoard events need.
// A field is a varint key (number * 8 + wire type), then
//   type 0  varint             integers, bools, enums; 7 bits a byte, lowest first; a negative one as 64 bits, ten bytes
//   type 1  8 bytes            double, fixed64, little-endian
//   type 2  varint length n, n bytes   text, bytes, nested messages
//   type 5  4 bytes            float, fixed32, little-endian
// Fields are written in the order of the calls, zeros included. No packed lists: every reader takes the plain form.

/** A message of this many bytes is refused by every protobuf reader: put large tensors in external data. */
const maxLength = 2 ** 31 - 1;
/** From here on bytes are kept by reference; shorter ones are copied together. */
const referenceLength = 4096;

/**
 * One message under construction. Every method returns the message itself.
 * Large bytes are not copied: do not change them before the chunks are written.
 * @throws where the message outgrows 2 GiB - 1.
 */
export class ProtobufMessage {
  readonly #finished: Uint8Array[] = [];
  #finishedLength = 0;
  #scratch = new Uint8Array(256);
  #used = 0;

  get byteLength(): number {
    return this.#finishedLength + this.#used;
  }

  /** The encoded message, to be written one chunk after the other. The message may still grow afterwards. */
  chunks(): Uint8Array[] {
    this.#finishScratch();
    return [...this.#finished];
  }

  /** int32, int64, uint32, uint64, bool or enum. @throws outside -2^63 .. 2^64-1, or for a number that is no exact integer. */
  varint(field: number, value: number | bigint | boolean): this {
    const integer = typeof value === 'boolean' ? Number(value) : value;
    if (typeof integer === 'number' && !Number.isSafeInteger(integer)) throw new Error(`protobuf field ${field}: ${integer} is no exact integer`);
    if (integer < -(2n ** 63n) || integer >= 2n ** 64n) throw new Error(`protobuf field ${field}: ${integer} does not fit in 64 bits`);
    this.#key(field, 0);
    this.#varint(integer < 0 ? BigInt.asUintN(64, BigInt(integer)) : integer);
    return this;
  }

  /** Rounded to float32. */
  float(field: number, value: number): this {
    this.#key(field, 5);
    this.#view(4).setFloat32(0, value, true);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, 1);
    this.#view(8).setFloat64(0, value, true);
    return this;
  }

  /** @param value 0 .. 2^32-1. */
  fixed32(field: number, value: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw new Error(`protobuf field ${field}: ${value} does not fit in 32 bits`);
    this.#key(field, 5);
    this.#view(4).setUint32(0, value, true);
    return this;
  }

  /** @param value -2^63 .. 2^64-1. */
  fixed64(field: number, value: bigint): this {
    if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new Error(`protobuf field ${field}: ${value} does not fit in 64 bits`);
    this.#key(field, 1);
    this.#view(8).setBigUint64(0, BigInt.asUintN(64, value), true);
    return this;
  }

  string(field: number, text: string): this {
    return this.bytes(field, Buffer.from(text));
  }

  bytes(field: number, bytes: Uint8Array): this {
    return this.#lengthDelimited(field, bytes.byteLength, [bytes]);
  }

  /** Encodes `message` as it is now: later changes to it are not seen. */
  message(field: number, message: ProtobufMessage): this {
    return this.#lengthDelimited(field, message.byteLength, message.chunks());
  }

  #lengthDelimited(field: number, length: number, pieces: readonly Uint8Array[]): this {
    if (this.byteLength + length > maxLength) {
      throw new Error(`a protobuf message may not exceed ${maxLength} bytes, and field ${field} alone adds ${length}. Store large tensors as external data`);
    }
    this.#key(field, 2);
    this.#varint(length);
    for (const piece of pieces) this.#append(piece);
    return this;
  }

  #append(bytes: Uint8Array): void {
    if (bytes.byteLength < referenceLength) {
      this.#reserve(bytes.byteLength).set(bytes);
      return;
    }
    this.#finishScratch();
    this.#finished.push(bytes);
    this.#finishedLength += bytes.byteLength;
  }

  #key(field: number, wireType: number): void {
    if (!Number.isInteger(field) || field < 1 || field >= 2 ** 29) throw new Error(`${field} is no protobuf field number`);
    this.#varint(field * 8 + wireType);
  }

  /** @param value not negative. */
  #varint(value: number | bigint): void {
    let rest = value;
    while (rest >= 2 ** 31) {
      const wide = BigInt(rest);
      this.#byte(Number(wide & 0x7fn) | 0x80);
      rest = wide >> 7n;
    }
    let small = Number(rest);
    for (; small >= 0x80; small >>>= 7) this.#byte((small & 0x7f) | 0x80);
    this.#byte(small);
  }

  #byte(value: number): void {
    this.#reserve(1)[0] = value;
  }

  #view(length: number): DataView {
    const room = this.#reserve(length);
    return new DataView(room.buffer, room.byteOffset, length);
  }

  /** The next `length` bytes, to be filled by the caller before any other call. */
  #reserve(length: number): Uint8Array {
    if (this.byteLength + length > maxLength) throw new Error(`a protobuf message may not exceed ${maxLength} bytes`);
    if (this.#used + length > this.#scratch.length) {
      const larger = new Uint8Array(2 * (this.#used + length));
      larger.set(this.#scratch.subarray(0, this.#used));
      this.#scratch = larger;
    }
    this.#used += length;
    return this.#scratch.subarray(this.#used - length, this.#used);
  }

  #finishScratch(): void {
    if (this.#used === 0) return;
    this.#finished.push(this.#scratch.subarray(0, this.#used));
    this.#finishedLength += this.#used;
    this.#scratch = new Uint8Array(256);
    this.#used = 0;
  }
}
