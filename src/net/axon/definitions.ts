import { keyText } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import { DataType, Modality, type TensorDefinition as ProtoDefinition, type Synapse } from '../gen/bittensor.js';
import { type OpenedDescription, openDescription } from '../wire/description.js';
import { clean } from '../wire/status.js';
import type { WireDtype, WireModality } from '../wire/tensor.js';

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

/** What an axon says that it serves. */
export interface AxonDescription {
  /** `0x` and 64 digits. */
  readonly hotkey: string;
  readonly version: string;
  readonly synapses: readonly DescribedSynapse[];
  /** The coldkey that endorses the hotkey, written alike. */
  readonly coldkey: string | undefined;
  /** Genesis hash, or none. */
  readonly network: Uint8Array;
  /** The axon's clock, milliseconds since 1970. */
  readonly timeMs: number;
  /** The largest body that it takes. */
  readonly bodyBytes: number;
}

/** The fields of a synapse's entry that say what it is. */
export function definitionFields(of: DescribedSynapse) {
  return {
    synapseKey: of.synapseKey,
    inputs: of.inputs.map(protoOf),
    outputs: of.outputs.map(protoOf),
    price: Number(of.priceRao),
    work: of.workMs === undefined ? 0 : Math.max(1, Math.round(of.workMs * 1000)),
    backward: of.backward,
  };
}

/** Reads and verifies a description. Throws a `RequestError`. */
export function readDescription(
  bytes: Uint8Array,
  to: { readonly responder: Uint8Array; readonly challenge: Uint8Array },
): AxonDescription {
  const { synapses, endorsement, version, network, timeMs, bodyBytes }: OpenedDescription = openDescription(bytes, to);
  return {
    hotkey: keyText(to.responder),
    version,
    synapses: synapses.map(described),
    coldkey: endorsement && keyText(endorsement.coldkey),
    network: Uint8Array.from(network),
    timeMs,
    bodyBytes,
  };
}

function described(entry: Synapse): DescribedSynapse {
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
