import type { StudentShelf } from '../../model/index.js';
import {
  type AxonAnswer,
  type AxonRequest,
  RequestError,
  type SynapseHandlers,
  stringsOf,
  textTensor,
} from '../../net/index.js';

/** The synapse that gives away the student. */
export const STUDENT_KEY = 'student';

/**
 * Answers `["manifest"]` and `["manifest", id]` with the manifest's text and its signature, `["chunk", sha256, index]` with bytes
 * (docs/protocol.md, "The student").
 */
export function studentHandlers(shelf: StudentShelf): SynapseHandlers {
  return {
    definition: {
      inputs: [{ modality: 'text', dtype: 'utf8', shape: [-1, 1] }],
      outputs: [{ modality: 'tensor', dtype: 'uint8', shape: [-1] }],
    },
    forwardText: request => answer(shelf, request),
  };
}

async function answer(shelf: StudentShelf, { tensors }: AxonRequest): Promise<AxonAnswer> {
  const [question, ...rest] = wordsOf(tensors);
  if (question === 'manifest' && rest.length <= 1) {
    const student = shelf.find(rest[0]);
    if (!student && rest.length === 0) {
      throw new RequestError(
        'NotServingNucleus',
        'there is no student yet: the first comes with the end of the first epoch',
      );
    }
    if (!student) throw new RequestError('Stale', 'this student is not kept any more');
    return {
      tensors: [textTensor([student.text]), bytesTensor(student.signature)],
      parameterVersion: student.manifest.step,
    };
  }
  const [sha256 = '', index = ''] = rest;
  if (question === 'chunk' && rest.length === 2 && /^[0-9a-f]{64}$/.test(sha256) && /^\d{1,9}$/.test(index)) {
    const chunk = await shelf.chunk(sha256, Number(index));
    if (!chunk) throw new RequestError('Stale', 'no student that is kept has this chunk');
    return { tensors: [bytesTensor(chunk)], parameterVersion: 0 };
  }
  throw new RequestError('InvalidRequest', 'a student is asked for by ["manifest"] or ["chunk", sha256, index]');
}

function wordsOf([tensor, ...more]: AxonRequest['tensors']): string[] {
  try {
    if (!tensor || more.length > 0 || tensor.shape[0]! > 3)
      throw new RangeError('one tensor of up to 3 words is taken');
    return stringsOf(tensor);
  } catch (error) {
    throw new RequestError('InvalidRequest', (error as Error).message, error);
  }
}

function bytesTensor(buffer: Uint8Array) {
  return { dtype: 'uint8', shape: [buffer.length], buffer, modality: 'tensor', requiresGrad: false } as const;
}
