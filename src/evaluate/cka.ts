/**
 * Linear centred kernel alignment: how alike two sets of features of the same examples are, whatever rotation, shift or common scale
 * tells them apart (Kornblith, Norouzi, Lee, Hinton 2019, "Similarity of Neural Network Representations Revisited",
 * arXiv:1905.00414, equation 3): |YᵀX|² / (|XᵀX| |YᵀY|), Frobenius norms of column-centred features. In float64; 0..1, and NaN where
 * one side does not vary. No debiasing: with fewer examples than features, unrelated features look somewhat alike.
 */

/** Centred features by example, `values` `[N W]` row-major. */
export type Centred = { readonly examples: number; readonly width: number; readonly values: Float64Array };

/** @param student `[N H]`. @param teacher `[N G]`, of the same N examples in the same order; both row-major. */
export function linearCka({ student, teacher, examples }: { student: ArrayLike<number>; teacher: ArrayLike<number>; examples: number }): number {
  const [x, y] = [centre(student, examples), centre(teacher, examples)];
  // |YᵀX|² = <XXᵀ, YYᵀ>: the smaller matrices are used.
  if (examples <= Math.max(x.width, y.width)) return gramCka(gramOf(x), gramOf(y));
  return aligned(crossNorm(x, y), crossNorm(x, x), crossNorm(y, y));
}

/** CKA from two Gram matrices of centred features: whoever compares many layers makes each matrix once. */
export function gramCka(x: Float64Array, y: Float64Array): number {
  if (x.length !== y.length) throw new Error(`features of ${Math.sqrt(x.length)} and of ${Math.sqrt(y.length)} examples cannot be aligned`);
  return aligned(dot(x, y), dot(x, x), dot(y, y));
}

/** Takes the mean of every column away. Throws where the values do not fill whole rows. */
export function centre(values: ArrayLike<number>, examples: number): Centred {
  if (!Number.isInteger(examples) || examples < 1) throw new Error(`features of ${examples} examples cannot be aligned`);
  if (values.length === 0 || values.length % examples !== 0) throw new Error(`${values.length} features do not make whole rows of ${examples} examples`);
  const width = values.length / examples;
  const centred = Float64Array.from(values);
  for (let column = 0; column < width; column++) {
    let mean = 0;
    let varies = false;
    for (let at = column; at < centred.length; at += width) {
      mean += centred[at]! / examples;
      varies ||= centred[at] !== centred[column];
    }
    const first = varies ? mean : centred[column]!; // the mean of equal numbers may round to another
    for (let at = column; at < centred.length; at += width) centred[at]! -= first;
  }
  return { examples, width, values: centred };
}

/** XXᵀ `[N N]`. */
export function gramOf({ examples, width, values }: Centred): Float64Array {
  const gram = new Float64Array(examples * examples);
  for (let i = 0; i < examples; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let column = 0; column < width; column++) sum += values[i * width + column]! * values[j * width + column]!;
      gram[i * examples + j] = gram[j * examples + i] = sum;
    }
  }
  return gram;
}

/** |YᵀX|². */
function crossNorm(x: Centred, y: Centred): number {
  const products = new Float64Array(x.width * y.width);
  for (let row = 0; row < x.examples; row++) {
    for (let i = 0; i < x.width; i++) {
      const factor = x.values[row * x.width + i]!;
      for (let j = 0; j < y.width; j++) products[i * y.width + j]! += factor * y.values[row * y.width + j]!;
    }
  }
  return dot(products, products);
}

const aligned = (cross: number, ofX: number, ofY: number): number => Math.min(1, cross / (Math.sqrt(ofX) * Math.sqrt(ofY)));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}
