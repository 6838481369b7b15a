// ONNX models, written only: the messages of onnx.proto that an inference graph of standard operators needs, in one file.
// No external data, so a model stays below 2 GiB; no functions. What the graph computes is not checked here.
// Field numbers (all nested messages are length-delimited, repeated fields unpacked, fields in rising order):
//   ModelProto      1 ir_version  2 producer_name  3 producer_version  7 graph  8 opset_import { 1 domain  2 version }
//   GraphProto      1 node  2 name  5 initializer  11 input  12 output
//   NodeProto       1 input  2 output  3 name  4 op_type  5 attribute { 1 name  2 f  3 i  4 s  6 g  8 ints  20 type }
//   TensorProto     1 dims  2 data_type  8 name  9 raw_data (little-endian)
//   ValueInfoProto  1 name  2 type { 1 tensor_type { 1 elem_type  2 shape { 1 dim { 1 dim_value | 2 dim_param } } } }
import { ProtobufMessage } from './protobuf.ts';

/** An attribute of a node; `int` also holds a dtype (the `to` of Cast), `graph` a branch (of If), which sees what stands outside it. */
export type OnnxAttribute = { readonly int: number } | { readonly float: number } | { readonly text: string } | { readonly graph: OnnxGraph } | { readonly ints: readonly number[] };

export type OnnxNode = {
  /** Unique in the graph: ONNX Runtime refuses a name used twice. */
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** An empty name for one that nobody reads, before the last. */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
};

/** A constant of the graph, row-major; shape [] is a scalar. */
export type OnnxTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int8Array | Uint8Array;
};

/** An input or output; a text in the shape names a size that is known only when the graph runs. */
export type OnnxValue = { readonly name: string; readonly dtype: OnnxDtype; readonly shape: readonly (number | string)[] };

export type OnnxGraph = {
  readonly name: string;
  /** In an order in which every node comes after those it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
};

export type OnnxModel = {
  readonly irVersion: number;
  /** Version of the standard operators. */
  readonly opset: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly graph: OnnxGraph;
};

/** TensorProto.DataType. */
export const onnxDtypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxDtype = keyof typeof onnxDtypes;

const maxBytes = 2 ** 31 - 1;

/**
 * The file's bytes, to be written one chunk after the other; large tensors are the given arrays themselves, not copies.
 * @throws where a tensor's shape and data disagree, or the model would pass 2 GiB.
 */
export function encodeOnnxModel({ irVersion, opset, producer, graph }: OnnxModel): Uint8Array[] {
  const bytes = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > maxBytes) {
    throw new Error(`the tensors take ${bytes} bytes, but one ONNX file holds less than 2 GiB. Export a smaller model`);
  }
  return new ProtobufMessage()
    .varint(1, irVersion)
    .string(2, producer.name)
    .string(3, producer.version)
    .message(7, graphMessage(graph))
    .message(8, new ProtobufMessage().string(1, '').varint(2, opset))
    .chunks();
}

function graphMessage({ name, nodes, initializers, inputs, outputs }: OnnxGraph): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const node of nodes) message.message(1, nodeMessage(node));
  message.string(2, name);
  for (const tensor of initializers) message.message(5, tensorMessage(tensor));
  for (const value of inputs) message.message(11, valueMessage(value));
  for (const value of outputs) message.message(12, valueMessage(value));
  return message;
}

function nodeMessage({ name, op, inputs, outputs, attributes }: OnnxNode): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const input of inputs) message.string(1, input);
  for (const output of outputs) message.string(2, output);
  message.string(3, name).string(4, op);
  for (const [key, value] of Object.entries(attributes)) message.message(5, attributeMessage(key, value));
  return message;
}

function attributeMessage(name: string, value: OnnxAttribute): ProtobufMessage {
  const message = new ProtobufMessage().string(1, name);
  if ('float' in value) return message.float(2, value.float).varint(20, 1);
  if ('int' in value) return message.varint(3, value.int).varint(20, 2);
  if ('text' in value) return message.string(4, value.text).varint(20, 3);
  if ('graph' in value) return message.message(6, graphMessage(value.graph)).varint(20, 5);
  for (const integer of value.ints) message.varint(8, integer);
  return message.varint(20, 7);
}

function tensorMessage({ name, shape, data }: OnnxTensor): ProtobufMessage {
  if (data.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new Error(`the ONNX tensor '${name}' is [${shape.join(', ')}] but holds ${data.length} values`);
  }
  const message = new ProtobufMessage();
  for (const size of shape) message.varint(1, size);
  return message
    .varint(2, onnxDtypes[dtypeOf(data)])
    .string(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function dtypeOf(data: OnnxTensor['data']): OnnxDtype {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int8Array ? 'int8' : 'uint8';
}

function valueMessage({ name, dtype, shape }: OnnxValue): ProtobufMessage {
  const dims = new ProtobufMessage();
  for (const size of shape) {
    const dim = new ProtobufMessage();
    dims.message(1, typeof size === 'number' ? dim.varint(1, size) : dim.string(2, size));
  }
  const tensorType = new ProtobufMessage().varint(1, onnxDtypes[dtype]).message(2, dims);
  return new ProtobufMessage().string(1, name).message(2, new ProtobufMessage().message(1, tensorType));
}
