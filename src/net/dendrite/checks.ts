import type { RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { findNonFinite, type WireDtype, type WireTensor } from '../wire/tensor.js';

/** A signed reply may still be wrong: shapes that were not asked for, another dtype, numbers that are none. */

export interface Expected {
  readonly kind: RequestKind;
  /** What was sent. */
  readonly tensors: readonly WireTensor[];
  /** Shapes of the reply, -1 for any size. Default: see `forwardShapes`, `backwardShapes`. */
  readonly expect?: readonly (readonly number[])[] | undefined;
  /** The dtype of every tensor of the reply. Default: any for a forward, that of its input for a gradient. */
  readonly dtype?: WireDtype | undefined;
  readonly acceptNonFinite?: boolean | undefined;
}

/** What is wrong with the tensors of a reply, or undefined. */
export function checkReply(tensors: readonly WireTensor[], expected: Expected): RequestError | undefined {
  const { kind } = expected;
  const shapes = tensors.map(tensor => tensor.shape);
  const wanted = expected.expect ?? (kind === 'forward' ? forwardShapes : backwardShapes)(shapes, expected.tensors);
  if (!matches(shapes, wanted)) {
    return new RequestError('ResponseShapeException', `the reply has the shapes ${show(shapes)}, not ${show(wanted)}`);
  }
  if (kind === 'forward' && tensors.length === 0) {
    return new RequestError('EmptyResponse', 'the reply holds no tensor');
  }
  for (const [i, tensor] of tensors.entries()) {
    const dtype = expected.dtype ?? (kind === 'backward' ? expected.tensors[i]?.dtype : undefined);
    if (dtype !== undefined && tensor.dtype !== dtype) {
      return new RequestError('InvalidResponse', `tensor ${i} of the reply is ${tensor.dtype}, not ${dtype}`);
    }
    if (!expected.acceptNonFinite && findNonFinite(tensor) !== undefined) {
      return new RequestError('InvalidResponse', 'the reply holds NaN or infinity');
    }
  }
  return undefined;
}

type Shapes = readonly (readonly number[])[];

/** As many outputs as there are, each with the batch size (dimension 0) of the first input. */
function forwardShapes(shapes: Shapes, sent: readonly WireTensor[]): Shapes {
  const batch = sent[0]?.shape[0] ?? -1;
  return shapes.map(shape => [batch, ...shape.slice(1)]);
}

/** Nothing, or gradients in the shapes of the first inputs. */
function backwardShapes(shapes: Shapes, sent: readonly WireTensor[]): Shapes {
  return sent.slice(0, shapes.length).map(tensor => tensor.shape);
}

function matches(shapes: Shapes, wanted: Shapes): boolean {
  return (
    shapes.length === wanted.length &&
    shapes.every((shape, i) => {
      const want = wanted[i]!;
      return shape.length === want.length && shape.every((size, d) => want[d] === -1 || want[d] === size);
    })
  );
}

function show(shapes: Shapes): string {
  return shapes.map(shape => `[${shape}]`).join(' ') || 'none';
}
