/**
 * The op specs that TensorFlow.js's own binding for Node does not pass on TensorFlow 2.21, by reason. All stand on the ignore list
 * of `@tensorflow/tfjs-node` itself; the toolkit calls none of what they are about.
 */
import type { Exclusion } from './exclusions.ts';

const reasons: Readonly<Record<string, readonly string[]>> = {
  'the package\'s convolutions and pools pad \'same\' or \'valid\', not by numbers': [
    'avgPool3d x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor',
    'avgPool3d x=[1,1,1,1,1] f=[2,2,2] s=1 p=2',
    'avgPool x=[3,3,1] f=[3,3] s=1 p=explicit',
    'avgPool x=[2,2,3] f=[2,2] s=3 p=1 default dimRoundingMode',
    'avgPool x=[2,2,3] f=[1,1] s=2 p=1 dimRoundingMode=floor',
    'avgPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=floor',
    'avgPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=round',
    'avgPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=ceil',
    'avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
    'conv2dTranspose input=3x3x1,d2=1,f=2,s=2,p=explicit',
    'conv2dTranspose gradient input=[1,3,3,1] f=[2,2,2,1] s=[1,1] p=explicit',
    'maxPool3d x=[1,2,2,2,1] f=[2,2,2] s=1 p=1 roundingMode=floor',
    'maxPool x=[3,3,1] f=[3,3] s=1 p=explicit',
    'maxPool x=[2,2,3] f=[2,2] s=3 p=1 default dimRoundingMode',
    'maxPool x=[2,2,3] f=[1,1] s=2 p=1 dimRoundingMode=floor',
    'maxPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=floor',
    'maxPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=round',
    'maxPool x=[2,2,3] f=[2,2] s=3 p=1 dimRoundingMode=ceil',
    'maxPoolBackprop gradient x=[3,3,1] f=3 s=1 p=explicit',
    'pool max x=[3,3,1] f=[3,3] s=1 d=1 p=explicit',
    'pool max x=[3,3,1] f=[3,3] s=3 d=1 p=explicit defualt dimRoundingMode',
    'pool max x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=floor',
    'pool max x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=round',
    'pool max x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=ceil',
    'pool max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
    'pool avg x=[3,3,1] f=[3,3] s=1 d=1 p=explicit',
    'pool avg x=[3,3,1] f=[3,3] s=3 d=1 p=explicit defualt dimRoundingMode',
    'pool avg x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=floor',
    'pool avg x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=round',
    'pool avg x=[3,3,1] f=[3,3] s=3 d=1 p=explicit dimRoundingMode=ceil',
    'pool avg x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
  ],
  'TensorFlow refuses a window that is larger than what it slides over': [
    'avgPool3d x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid',
  ],
  'oneDNN has no way to compute the gradient of this convolution': [
    'conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
  ],
  'TensorFlow has no such kernel for the type': [
    'diag bool',
    'leakyrelu int32',
    'step kernel with int32 tensor',
  ],
  'TensorFlow accepts what the specification refuses': [
    'einsum 2d matrix calculate trace: duplicate axes not implemented yet',
    'einsum nonexistent dimension throws error',
  ],
  'the package\'s fused convolution knows the layout NHWC alone': [
    'fused conv2d basic in NCHW',
    'fused conv2d basic in NCHW with scalar bias',
    'fused conv2d basic in NCHW with 1-D bias',
    'fused conv2d basic in NCHW with bias and multiple batches',
    'fused conv2d basic in NCHW with scalar PReLU actiavation',
    'fused conv2d basic in NCHW with 1-D PReLU actiavation',
    'fused conv2d basic in NCHW with 3-D PReLU actiavation',
    'fused conv2d basic in NCHW with full 3-D PReLU actiavation',
    'fused conv2d im2row in NCHW',
    'fused conv2d im2row in NCHW with scalar bias',
    'fused conv2d im2row in NCHW with 1-D bias',
    'fused conv2d im2row in NCHW with scalar PReLU actiavation weights',
    'fused conv2d im2row in NCHW with 1-D PReLU actiavation weights',
    'fused conv2d im2row in NCHW with 3-D PReLU actiavation weights',
    'fused conv2d im2row in NCHW with full 3-D PReLU actiavation weights',
    'fused conv2d batch in NCHW',
    'fused conv2d batch in NCHW with scalar bias',
    'fused conv2d batch in NCHW with 1-D bias',
    'fused conv2d batch in NCHW with scalar PReLU actiavation weights',
    'fused conv2d batch in NCHW with 1-D PReLU actiavation weights',
    'fused conv2d batch in NCHW with 3-D PReLU actiavation weights',
    'fused conv2d batch in NCHW with full 3-D PReLU actiavation weights',
  ],
  'TensorFlow compares strings for equality alone': [
    'greaterEqual should support string comparison',
    'greater should support string comparison',
    'lessEqual should support string comparison',
    'less should support string comparison',
  ],
  'TensorFlow draws by generators of its own, which another seed state moves on': [
    'multinomial creates the same data given the same seed',
  ],
  'TensorFlow refuses these shapes of a scatter': [
    'scatterND should work for 2d',
    'scatterND should work for simple 1d',
    'scatterND should work for multiple 1d',
    'scatterND should sum the duplicated indices',
    'scatterND should work for tensorLike input',
  ],
  'TensorFlow gives NaN as the sign of NaN': [
    'sign basic',
    'sign does not propagate NaNs',
    'sign accepts a tensor-like object',
  ],
  'the last bit of a large tangent': [
    'tan numbers exceed float32 precision',
  ],
  'TensorFlow tells each NaN from every other': [
    'unique 1d tensor with NaN and Infinity',
  ],
};

export const tensorflowExclusions: readonly Exclusion[] = Object.entries(reasons).flatMap(([reason, specs]) => specs.map((spec) => ({ spec, reason })));
