import { RequestError } from '../errors.js';
import { DataType, Modality, type TensorDefinition as ProtoDefinition, type Synapse } from '../gen/bittensor.js';
import { clean } from './status.js';
import type { WireDtype, WireModality } from './tensor.js';

/** What a synapse takes and gives, in words instead of the numbers of proto/bittensor.proto. */

/** What one tensor of a synapse looks like. */
export interface TensorDefinition {
  readonly modality: WireModality;
  readonly dtype: WireDtype;
  /** -1: any size. */
  readonly shape: readonly number[];
}

/** What a synapse takes and gives. */
export interface DescribedSynapse {
  readonly synapseKey: string;
  readonly inputs: readonly TensorDefinition[];
  readonly outputs: readonly TensorDefinition[];
  /** What the neuron asks for one forward, rao. */
  readonly priceRao: bigint;
  /** How long one forward usually takes it, milliseconds; undefined: not measured. */
  readonly workMs: number | undefined;
  /** Whether it takes gradients. */
  readonly backward: boolean;
}

/** The fields of an entry that say what its synapse is. */
export type EntryFields = Pick<Synapse, 'synapseKey' | 'inputs' | 'outputs' | 'price' | 'work' | 'backward'>;

export function definitionFields(of: DescribedSynapse): EntryFields {
  return {
    synapseKey: of.synapseKey,
    inputs: of.inputs.map(protoOf),
    outputs: of.outputs.map(protoOf),
    price: Number(of.priceRao),
    work: of.workMs === undefined ? 0 : Math.max(1, Math.round(of.workMs * 1000)),
    backward: of.backward,
  };
}

/** Error `InvalidResponse` for a modality or dtype that is not known here. */
export function describedSynapse(entry: EntryFields): DescribedSynapse {
  return {
    synapseKey: clean(entry.synapseKey),
    inputs: entry.inputs.map(definitionOf),
    outputs: entry.outputs.map(definitionOf),
    priceRao: BigInt(entry.price),
    workMs: entry.work === 0 ? undefined : entry.work / 1000,
    backward: entry.backward,
  };
}

function protoOf({ modality, dtype, shape }: TensorDefinition): ProtoDefinition {
  return {
    modality: Modality[modality.toUpperCase() as Uppercase<WireModality>],
    dtype: DataType[dtype.toUpperCase() as Uppercase<WireDtype>],
    shape: [...shape],
  };
}

function definitionOf({ modality, dtype, shape }: ProtoDefinition): TensorDefinition {
  const modalityName = nameOf(Modality, modality) as WireModality | undefined;
  const dtypeName = nameOf(DataType, dtype) as WireDtype | 'unknown' | undefined;
  if (!modalityName || !dtypeName || dtypeName === 'unknown') {
    throw new RequestError('InvalidResponse', `a tensor of modality ${modality} and dtype ${dtype} is not known here`);
  }
  if (shape.some(size => !Number.isSafeInteger(size) || size < -1)) {
    throw new RequestError('InvalidResponse', `a tensor of the shape [${shape}]`);
  }
  return { modality: modalityName, dtype: dtypeName, shape };
}

function nameOf(numbers: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.keys(numbers)
    .find(name => numbers[name] === value)
    ?.toLowerCase();
}
