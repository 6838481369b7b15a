/**
 * The kernels the addon has, by their TensorFlow.js names: which inputs each takes and how its attributes are written into the
 * command. The fused set (Retort…) is in `fused-kernels.ts`.
 */
import * as tf from '../tf.ts';
import type { TorchBackend } from './backend.ts';
import type { Command } from './command.ts';

export type Infos = Readonly<Record<string, tf.TensorInfo>>;

/** Attributes as tfjs hands them to a kernel; every entry of the table says what it expects. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tfjs types attributes as a bag of anything
type Attributes = any;

export interface Kernel {
  readonly name: string;
  /** Input names in the order of the operation; 'all' for kernels on a list. A name with ? may be absent. */
  readonly inputs: readonly string[] | 'all';
  /** The operation's name in the addon, where it differs. */
  readonly operation?: string;
  /** Writes the attributes. */
  readonly attributes?: (command: Command, attributes: Attributes, inputs: Infos) => void;
  /** In place of an operation: tensors that only share. */
  readonly share?: (backend: TorchBackend, inputs: Infos, attributes: Attributes) => tf.TensorInfo;
  /** Whether tfjs expects a list. */
  readonly many?: true;
}

const axesOf = (axis: number | number[], shape: number[]) => tf.util.parseAxisParam(axis, shape);
const axisOf = (axis: number | number[], shape: number[]) => axesOf(axis, shape)[0] ?? 0;
const shapeOf = (info: tf.TensorInfo | undefined) => info?.shape ?? [];

const binary = (name: string): Kernel => ({ name, inputs: ['a', 'b'] });
const unary = (name: string): Kernel => ({ name, inputs: ['x'] });
const reduction = (name: string, axes = 'axis'): Kernel => ({
  name,
  inputs: ['x'],
  attributes: (command, attributes, { x }) => command.list(axesOf(attributes[axes], shapeOf(x))).flag(attributes.keepDims === true),
});

const arithmetic: readonly Kernel[] = [
  ...['Add', 'Sub', 'Multiply', 'RealDiv', 'FloorDiv', 'Mod', 'Pow', 'Maximum', 'Minimum', 'SquaredDifference', 'Atan2',
    'Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'].map(binary),
  { name: 'Prelu', inputs: ['x', 'alpha'] },
  { name: 'EluGrad', inputs: ['dy', 'y'] },
  { name: 'AddN', inputs: 'all' },
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Expm1', 'Floor',
    'IsFinite', 'IsInf', 'IsNan', 'Log', 'Log1p', 'LogicalNot', 'Neg', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu',
    'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Square', 'Tan', 'Tanh'].map(unary),
  { name: 'LeakyRelu', inputs: ['x'], attributes: (command, { alpha }) => command.real(alpha) },
  { name: 'Step', inputs: ['x'], attributes: (command, { alpha }) => command.real(alpha) },
  { name: 'ClipByValue', inputs: ['x'], attributes: (command, { clipValueMin, clipValueMax }) => command.real(clipValueMin).real(clipValueMax) },
];

const reductions: readonly Kernel[] = [
  ...['Sum', 'Mean', 'Min', 'Prod', 'All', 'Any'].map((name) => reduction(name)),
  reduction('Max', 'reductionIndices'),
  ...['ArgMax', 'ArgMin'].map((name): Kernel => ({ name, inputs: ['x'], attributes: (command, { axis }, { x }) => command.integer(axisOf(axis, shapeOf(x))) })),
  { name: 'Softmax', inputs: ['logits'], attributes: (command, { dim }, { logits }) => command.integer(axisOf(dim, shapeOf(logits))) },
  { name: 'LogSoftmax', inputs: ['logits'], attributes: (command, { axis }, { logits }) => command.integer(axisOf(axis, shapeOf(logits))) },
  { name: 'Cumsum', inputs: ['x'], attributes: (command, { axis, exclusive, reverse }, { x }) => command.integer(axisOf(axis, shapeOf(x))).flag(exclusive === true).flag(reverse === true) },
  { name: 'TopK', inputs: ['x'], many: true, attributes: (command, { k }) => command.integer(k) },
  { name: 'BatchMatMul', inputs: ['a', 'b'], attributes: (command, { transposeA, transposeB }) => command.flag(transposeA === true).flag(transposeB === true) },
];

const made: readonly Kernel[] = [
  { name: 'Fill', inputs: [], attributes: (command, { dtype, shape, value }) => command.dtype(dtype ?? tf.util.inferDtype(value)).list(shape).real(value) },
  { name: 'ZerosLike', inputs: [], operation: 'Fill', attributes: (command, _, { x }) => command.dtype(x?.dtype ?? 'float32').list(shapeOf(x)).real(0) },
  { name: 'OnesLike', inputs: [], operation: 'Fill', attributes: (command, _, { x }) => command.dtype(x?.dtype ?? 'float32').list(shapeOf(x)).real(1) },
  { name: 'Range', inputs: [], attributes: (command, { start, stop, step, dtype }) => command.dtype(dtype).real(start).real(stepTowards(start, stop, step)).integer(rangeLength(start, stop, step)) },
  { name: 'LinSpace', inputs: [], attributes: (command, { start, stop, num }) => command.real(start).real(stop).integer(num) },
  {
    name: 'OneHot', inputs: ['indices'],
    attributes: (command, { dtype, depth, onValue, offValue }) => command.dtype(dtype ?? 'int32').integer(depth).real(onValue).real(offValue),
  },
];

/** tf.range counts down when stop lies below start and the step was left at 1. */
function stepTowards(start: number, stop: number, step: number): number {
  return stop < start && step === 1 ? -1 : step;
}

function rangeLength(start: number, stop: number, step: number): number {
  const towards = stepTowards(start, stop, step);
  return start === stop || (start < stop && towards < 0) || (stop < start && towards > 1) ? 0 : Math.abs(Math.ceil((stop - start) / towards));
}

const shapes: readonly Kernel[] = [
  { name: 'Identity', inputs: ['x'], share: (backend, { x }) => backend.share(x as tf.TensorInfo, shapeOf(x)) },
  {
    name: 'Reshape', inputs: ['x'],
    share: (backend, { x }, { shape }) => backend.share(x as tf.TensorInfo, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(shapeOf(x)))),
  },
  { name: 'ExpandDims', inputs: ['input'], share: (backend, { input }, { dim }) => backend.share(input as tf.TensorInfo, expanded(shapeOf(input), dim)) },
  { name: 'Cast', inputs: ['x'], attributes: (command, { dtype }) => command.dtype(dtype) },
  { name: 'Transpose', inputs: ['x'], attributes: (command, { perm }) => command.list(perm) },
  {
    name: 'Slice', inputs: ['x'],
    attributes: (command, { begin, size }, { x }) => {
      const [begins, sizes] = tf.slice_util.parseSliceParams(x as tf.TensorInfo, begin, size) as [number[], number[]];
      tf.slice_util.assertParamsValid(x as tf.TensorInfo, begins, sizes);
      command.list(begins).list(sizes);
    },
  },
  { name: 'Concat', inputs: 'all', attributes: (command, { axis }, inputs) => command.integer(axisOf(axis, shapeOf(inputs[0]))) },
  {
    name: 'Pack', inputs: 'all',
    attributes: (command, { axis }, inputs) => {
      for (const { dtype } of Object.values(inputs)) tf.util.assert(dtype === inputs[0]?.dtype, () => 'All tensors passed to stack must have matching dtypes');
      command.integer(axis);
    },
  },
  { name: 'Unpack', inputs: ['value'], many: true, attributes: (command, { axis }, { value }) => command.integer(axisOf(axis, shapeOf(value))) },
  {
    name: 'SplitV', inputs: ['x'], many: true,
    attributes: (command, { numOrSizeSplits, axis }, { x }) => {
      const along = axisOf(axis, shapeOf(x));
      command.integer(along).list(tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along));
    },
  },
  { name: 'PadV2', inputs: ['x'], attributes: (command, { paddings, constantValue }) => command.list((paddings as number[][]).flat()).real(constantValue) },
  { name: 'Tile', inputs: ['x'], attributes: (command, { reps }) => command.list(reps) },
  { name: 'BroadcastTo', inputs: ['x'], attributes: (command, { shape }) => command.list(shape) },
  { name: 'Reverse', inputs: ['x'], attributes: (command, { dims }, { x }) => command.list(axesOf(dims, shapeOf(x))) },
  {
    name: 'GatherV2', inputs: ['x', 'indices'],
    attributes: (command, { axis, batchDims }, { x, indices }) => {
      const along = axisOf(axis, shapeOf(x));
      const batches = batchDims < 0 ? batchDims + shapeOf(indices).length : (batchDims ?? 0);
      tf.backend_util.segment_util.collectGatherOpShapeInfo(x as tf.Tensor, indices as tf.Tensor, along, batches); // throws if they do not fit
      command.integer(along).integer(batches);
    },
  },
  { name: 'GatherNd', inputs: ['params', 'indices'] },
  { name: 'UnsortedSegmentSum', inputs: ['x', 'segmentIds'], attributes: (command, { numSegments }) => command.integer(numSegments) },
  { name: 'Select', inputs: ['condition', 't', 'e'] },
  {
    name: 'StridedSlice', inputs: ['x'],
    attributes: (command, attributes, { x }) => {
      const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
      const info = tf.slice_util.sliceInfo(shapeOf(x), begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
      command.list(info.begin).list(info.strides).list(tf.slice_util.computeOutShape(info.begin, info.end, info.strides)).list(info.finalShape);
    },
  },
];

function expanded(shape: number[], dim: number): number[] {
  const at = dim < 0 ? dim + shape.length + 1 : dim;
  tf.util.assert(at >= 0 && at <= shape.length, () => `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}]`);
  return [...shape.slice(0, at), 1, ...shape.slice(at)];
}

export const plainKernels: readonly Kernel[] = [...arithmetic, ...reductions, ...made, ...shapes];

/** Registers `kernels` for the backend called `backendName`. */
export function registerKernels(backendName: string, kernels: readonly Kernel[]): void {
  for (const kernel of kernels) {
    tf.registerKernel({
      kernelName: kernel.name,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => runKernel(backend as TorchBackend, kernel, inputs as unknown as Infos, attrs),
    });
  }
}

function runKernel(backend: TorchBackend, { name, operation = name, inputs: names, attributes, share, many }: Kernel, inputs: Infos, attrs: Attributes): tf.TensorInfo | tf.TensorInfo[] {
  if (share !== undefined) return share(backend, inputs, attrs);
  const command = backend.begin(operation, names === 'all' ? Object.values(inputs) : picked(inputs, names));
  attributes?.(command, attrs ?? {}, inputs);
  const results = backend.finish(command);
  return many === true ? results : (results[0] as tf.TensorInfo);
}

function picked(inputs: Infos, names: readonly string[]): tf.TensorInfo[] {
  const infos: tf.TensorInfo[] = [];
  for (const name of names) {
    const info = inputs[name];
    if (info !== undefined) infos.push(info);
  }
  return infos;
}
