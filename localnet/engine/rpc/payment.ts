import { u32le } from '../../../src/base/bytes.js';
import { join, Reader } from '../codec.js';
import { type Engine, type Family, stateOf } from './family.js';
import type { Params } from './params.js';

const CLASSES = ['normal', 'operational', 'mandatory'];

export function paymentFamily({ chain }: Engine): Family {
  const ask = (method: string, params: Params) => {
    const extrinsic = params.bytes(0, 'extrinsic');
    const { state } = stateOf(chain, params.optionalBytes(1, 'block hash'));
    return new Reader(chain.runtimeOf(state).view(state, method, join(extrinsic, u32le(extrinsic.length))));
  };
  return {
    methods: {
      payment_queryInfo(params) {
        const reader = ask('TransactionPaymentApi_query_info', params);
        const weight = { ref_time: Number(reader.compactBig()), proof_size: Number(reader.compactBig()) };
        const kind = CLASSES[reader.u8()];
        // The rest is the balance, in whatever width the runtime has.
        return { weight, class: kind, partialFee: number(reader.take(reader.left)).toString() };
      },
      payment_queryFeeDetails(params) {
        const reader = ask('TransactionPaymentApi_query_fee_details', params);
        if (reader.u8() === 0) return { inclusionFee: null };
        // Three fees and the tip.
        const width = reader.left / 4;
        const next = () => `0x${number(reader.take(width)).toString(16)}`;
        return { inclusionFee: { baseFee: next(), lenFee: next(), adjustedWeightFee: next() } };
      },
    },
  };
}

function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
