import { Metadata, TypeRegistry } from '@polkadot/types';
import type { PortableType } from '@polkadot/types/interfaces';
import { compact, compactBig, join, unhex } from '../../localnet/engine/codec.js';

/** The same numbers for the same seed (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

export interface CallKind {
  /** `SubtensorModule.set_weights` */
  name: string;
  index: Uint8Array;
  fields: readonly { name: string; type: number }[];
}

/** Root may write the storage directly, and with that break whatever holds: no property of ours. */
const BY_ROOT_ANYTHING =
  /^System\.(set_|kill_|apply_authorized|authorize_)|^Balances\.force_(set|adjust)|^Sudo\.(set_key|remove_key)|^Timestamp\./;
/** What only root may do is asked of root mostly. */
const FOR_ROOT =
  /^AdminUtils\.|^Sudo\.|\.(sudo_|root_dissolve|dissolve_network|force_|reset_coldkey|set_pending_childkey)/;
/** Without these first, most others have nothing to work on. */
const GROUND =
  /^SubtensorModule\.(burned_register|add_stake|remove_stake|set_weights|set_mechanism_weights|commit_weights|root_register|register_network|start_call|serve_axon|set_children|transfer_stake)$/;
const DEPTH = 3;
/** 8.8.8.8; private addresses are refused. */
const SOME_IP = 0x08_08_08_08n;

/** Random calls of any runtime, made from its metadata: arguments that are mostly plausible, and sometimes absurd. */
export class RandomCalls {
  readonly registry = new TypeRegistry();
  readonly kinds: readonly CallKind[];
  private readonly types = new Map<number, PortableType>();
  private readonly ground: readonly CallKind[];
  private readonly sudo: Uint8Array | undefined;
  /** Whom a call mostly means: keys come in pairs, a coldkey and its hotkey. */
  private partner: Uint8Array = new Uint8Array(32);
  /** Lists within one call mostly have one length, as `set_weights` wants it. */
  private listLength = 1;

  constructor(
    metadata: Uint8Array,
    private readonly dice: Dice,
    /** Their number stays, they may change. */
    private readonly accounts: readonly Uint8Array[],
  ) {
    const decoded = new Metadata(this.registry, metadata);
    this.registry.setMetadata(decoded);
    for (const type of decoded.asLatest.lookup.types) this.types.set(type.id.toNumber(), type);
    this.kinds = decoded.asLatest.pallets.flatMap(pallet => {
      if (pallet.calls.isNone) return [];
      const { variants } = this.types.get(pallet.calls.unwrap().type.toNumber())!.type.def.asVariant;
      return variants.map(variant => ({
        name: `${pallet.name}.${variant.name}`,
        index: Uint8Array.of(pallet.index.toNumber(), variant.index.toNumber()),
        fields: variant.fields.map(field => ({
          name: field.name.unwrapOr('').toString(),
          type: field.type.toNumber(),
        })),
      }));
    });
    this.ground = this.kinds.filter(({ name }) => GROUND.test(name));
    this.sudo = this.kinds.find(({ name }) => name === 'Sudo.sudo')?.index;
  }

  /** An encoded call, its kind, and the number of the account that signs it; what only root may do is mostly said by account 0. */
  call(kind = this.dice.of(this.dice.chance(0.3) ? this.ground : this.kinds)): {
    bytes: Uint8Array;
    kind: CallKind;
    signer: number;
  } {
    const { accounts, dice } = this;
    const forRoot = FOR_ROOT.test(kind.name) && !BY_ROOT_ANYTHING.test(kind.name) && !kind.name.startsWith('Sudo.');
    const asRoot = this.sudo && forRoot && dice.chance(0.8);
    // The sudo key stays where it is: without it nothing would be left to do for root.
    const others = 1 + dice.below(accounts.length - 1);
    const keepsKey = kind.name.startsWith('Sudo.sudo') && dice.chance(0.5);
    const signer = asRoot || keepsKey ? 0 : others;
    this.partner = accounts[(signer + accounts.length / 2) % accounts.length]!;
    const bytes = this.encode(kind, 0);
    return { bytes: asRoot ? join(this.sudo!, bytes) : bytes, kind, signer };
  }

  private encode(kind: CallKind, depth: number): Uint8Array {
    this.listLength = this.dice.chance(0.9) ? this.dice.below(5) : this.dice.below(40);
    return join(kind.index, ...kind.fields.map(({ name, type }) => this.value(type, name, depth)));
  }

  private value(id: number, hint: string, depth: number): Uint8Array {
    const { dice } = this;
    const { path, def } = this.types.get(id)!.type;
    const name = path.length === 0 ? '' : path[path.length - 1]!.toString();
    if (name === 'AccountId32') {
      if (dice.chance(0.5)) return this.partner;
      return dice.chance(0.98) ? dice.of(this.accounts) : dice.bytes(32);
    }
    if (name === 'MultiAddress') return join(Uint8Array.of(0), dice.of(this.accounts.slice(1)));
    if (name === 'RuntimeCall') return this.inner(depth);
    if (def.isPrimitive) return this.primitive(def.asPrimitive.type, hint);
    if (def.isCompact) return this.compact(def.asCompact.type.toNumber());
    if (def.isComposite) {
      return join(
        ...def.asComposite.fields.map(f => this.value(f.type.toNumber(), f.name.unwrapOr(hint).toString(), depth)),
      );
    }
    if (def.isTuple) return join(...def.asTuple.map(part => this.value(part.toNumber(), hint, depth)));
    if (def.isArray) {
      const item = def.asArray.type.toNumber();
      return join(...Array.from({ length: def.asArray.len.toNumber() }, () => this.value(item, hint, depth)));
    }
    if (def.isSequence) {
      const item = def.asSequence.type.toNumber();
      const length = dice.chance(0.95) ? this.listLength : dice.below(4);
      // A weight twice for one neuron is refused, so that is tried seldom.
      if (hint === 'dests' && dice.chance(0.9)) {
        return join(compact(length), ...Array.from({ length }, (_, uid) => this.encoded(item, BigInt(uid))));
      }
      return join(compact(length), ...Array.from({ length }, () => this.value(item, hint, depth)));
    }
    if (def.isVariant) {
      const { variants } = def.asVariant;
      if (variants.length === 0) return new Uint8Array();
      const variant = dice.of([...variants]);
      return join(
        Uint8Array.of(variant.index.toNumber()),
        ...variant.fields.map(f => this.value(f.type.toNumber(), hint, depth)),
      );
    }
    throw new Error(`no random value of type ${id} (${def.type})`);
  }

  private inner(depth: number): Uint8Array {
    const allowed = this.kinds.filter(
      ({ name, fields }) =>
        !BY_ROOT_ANYTHING.test(name) && (depth + 1 < DEPTH || !fields.some(({ type }) => this.holdsCall(type))),
    );
    const before = this.listLength;
    const bytes = this.encode(this.dice.of(allowed), depth + 1);
    this.listLength = before;
    return bytes;
  }

  private holdsCall(id: number): boolean {
    const { path, def } = this.types.get(id)!.type;
    if (path.at(-1)?.toString() === 'RuntimeCall') return true;
    return def.isSequence && this.holdsCall(def.asSequence.type.toNumber());
  }

  private compact(id: number): Uint8Array {
    const { def } = this.types.get(id)!.type;
    if (!def.isPrimitive) return compact(this.dice.below(100));
    const bits = Number(def.asPrimitive.type.slice(1));
    return compactBig(this.number(bits));
  }

  private primitive(type: string, hint: string): Uint8Array {
    if (type === 'Bool') return Uint8Array.of(this.dice.below(2));
    if (type === 'Str')
      return join(
        compact(3),
        this.dice.bytes(3).map(byte => 97 + (byte % 26)),
      );
    const bits = Number(type.slice(1));
    const value = this.dice.chance(0.9) ? (this.plausible(hint) ?? this.number(bits)) : this.number(bits);
    return littleEndian(value, bits);
  }

  /** A number as a list of this type has it. */
  private encoded(id: number, value: bigint): Uint8Array {
    const { def } = this.types.get(id)!.type;
    return def.isPrimitive ? littleEndian(value, Number(def.asPrimitive.type.slice(1))) : compactBig(value);
  }

  /** By its name, a number that may well be there. */
  private plausible(hint: string): bigint | undefined {
    const { dice } = this;
    if (hint.includes('netuid')) return BigInt(dice.below(3));
    if (hint === 'dests' || hint.startsWith('uid')) return BigInt(dice.below(4));
    if (hint === 'version_key' || hint === 'mecid') return 0n;
    if (hint === 'ip') return SOME_IP;
    if (hint === 'ip_type') return 4n;
    if (hint === 'port') return BigInt(1 + dice.below(65_535));
    if (/amount|price/.test(hint)) return 10n ** BigInt(6 + dice.below(6));
    return undefined;
  }

  /** Small, or any magnitude, or at an end of the range. */
  private number(bits: number): bigint {
    const { dice } = this;
    const most = (1n << BigInt(bits)) - 1n;
    if (dice.chance(0.5)) return BigInt(dice.below(12));
    if (dice.chance(0.1)) return most - BigInt(dice.below(2));
    const magnitude = BigInt(1 + dice.below(bits));
    const random = unhex(`0x${Buffer.from(dice.bytes(16)).toString('hex')}`).reduce(
      (all, byte) => (all << 8n) | BigInt(byte),
      0n,
    );
    return random & ((1n << magnitude) - 1n) & most;
  }
}

function littleEndian(value: bigint, bits: number): Uint8Array {
  return Uint8Array.from({ length: bits / 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}
