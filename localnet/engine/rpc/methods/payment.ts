import { u32le } from '../../../../src/base/bytes.js';
import { isBittensorError, messageOf } from '../../../../src/base/errors.js';
import { join, Reader } from '../../codec.js';
import { RpcError } from '../../rpc-error.js';
import { type Engine, type Family, stateOf } from '../family.js';
import type { Params } from '../params.js';

const CLASSES = ['normal', 'operational', 'mandatory'];
/** The runtime API by which weights got two dimensions. Source: pallet-transaction-payment's runtime API versions. */
const API = '0x37c8bb1350a9a2a8';
const UNABLE = 1;

export function paymentFamily({ chain }: Engine): Family {
  const ask = (method: string, params: Params, unable: string) => {
    const extrinsic = params.bytes(0, 'extrinsic');
    const { state } = stateOf(chain, params.optionalBytes(1, 'block hash'));
    const runtime = chain.runtimeOf(state);
    const version = runtime.version.apis.find(([id]) => id === API)?.[1] ?? 0;
    try {
      return { version, reader: new Reader(runtime.view(state, method, join(extrinsic, u32le(extrinsic.length)))) };
    } catch (error) {
      if (!isBittensorError(error)) throw error;
      throw new RpcError(UNABLE, unable, messageOf(error));
    }
  };
  return {
    methods: {
      payment_queryInfo(params) {
        const { version, reader } = ask('TransactionPaymentApi_query_info', params, 'Unable to query dispatch info.');
        const weight = readWeight(version, reader);
        const kind = CLASSES[reader.u8()];
        // The rest is the balance, in whatever width the runtime has.
        return { weight, class: kind, partialFee: number(reader.take(reader.left)).toString() };
      },
      payment_queryFeeDetails(params) {
        const { reader } = ask('TransactionPaymentApi_query_fee_details', params, 'Unable to query fee details.');
        if (reader.u8() === 0) return { inclusionFee: null };
        // Three fees and the tip.
        const width = reader.left / 4;
        const next = () => `0x${number(reader.take(width)).toString(16)}`;
        return { inclusionFee: { baseFee: next(), lenFee: next(), adjustedWeightFee: next() } };
      },
    },
  };
}

/** A number in runtimes before 2022, then `{ref_time}`, then with `proof_size`. */
function readWeight(version: number, reader: Reader): unknown {
  if (version < 2) return Number(reader.u64());
  const ref_time = Number(reader.compactBig());
  return version === 2 ? { ref_time } : { ref_time, proof_size: Number(reader.compactBig()) };
}

function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
