import type { ApiPromise } from '@polkadot/api';
import type { Call, SiField, SiLookupTypeId } from '@polkadot/types/interfaces';
import { messageOf } from '../../base/browser.js';
import { chainError } from '../errors.js';
import { findCall, runtimeOf } from '../metadata/api.js';

export type Args = Readonly<Record<string, unknown>>;

/** One way to do something: a call, by upstream's names of some version. */
export interface Way {
  readonly call: string;
  readonly args: Args;
  /** Arguments that a version without them does not need to be told. */
  readonly spare?: readonly string[];
}

/** Other names of an argument, in other calls or versions. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  dests: ['uids'],
  weights: ['values'],
  amount_staked: ['amount'],
  amount_unstaked: ['amount'],
};

/**
 * What other versions' arguments are filled with, where the caller does not give them; optional ones (`Option<T>`) are
 * left out. Values of upstream's own clients: the only mechanism, no limit of price, fill what can be filled.
 */
const DEFAULTS: Args = {
  mecid: 0,
  protocol: 4,
  placeholder1: 0,
  placeholder2: 0,
  certificate: '0x',
  limit_price: 2n ** 64n - 1n,
  allow_partial: true,
};

/** The first way that the chain's runtime has. Error `unsupported` when it has none, or none with these arguments. */
export function createCallOf(api: ApiPromise, ways: readonly Way[]): { name: string; call: Call } {
  const way = ways.find(({ call }) => findCall(api, call));
  if (way) {
    const call = createCall(api, way.call, way.args, { spare: way.spare ?? [], defaults: DEFAULTS });
    return { name: nameOf(way.call), call };
  }
  const names = ways.map(({ call }) => call);
  throw chainError('unsupported', `${runtimeOf(api)} does not have the call ${names.join(', nor ')}`, { calls: names });
}

/** `set_weights` of `SubtensorModule.set_weights`. */
export function nameOf(path: string): string {
  return path.slice(path.indexOf('.') + 1);
}

/**
 * A call with its arguments by name, in whatever order and types the chain's metadata has them. All must be given but
 * optional ones and those of `defaults`, and no other but `spare` ones. Errors: `unsupported` names the argument,
 * `bad_argument` says which value does not fit.
 */
export function createCall(
  api: ApiPromise,
  path: string,
  args: Args,
  { spare = [], defaults = {} }: { spare?: readonly string[]; defaults?: Args } = {},
): Call {
  const create = findCall(api, path);
  if (!create) throw chainError('unsupported', `${runtimeOf(api)} does not have the call ${path}`, { calls: [path] });
  const { fields } = create.meta;
  const left = new Set(Object.keys(args));
  const values = fields.map(field => {
    const name = field.name.unwrapOr('').toString();
    const given = [name, ...Object.keys(ALIASES).filter(key => ALIASES[key]!.includes(name))].find(key =>
      left.has(key),
    );
    if (given !== undefined) {
      left.delete(given);
      return fitted(api, field.type, args[given]);
    }
    if (isOptional(api, field)) return null;
    if (Object.hasOwn(defaults, name)) return defaults[name];
    const type = field.typeName.isSome ? `: ${field.typeName.unwrap().toString()}` : '';
    throw chainError('unsupported', `${runtimeOf(api)} needs the argument ${name}${type} of ${path}`, {
      call: path,
      argument: name,
    });
  });
  const extra = [...left].find(name => !spare.includes(name));
  if (extra !== undefined) {
    throw chainError('unsupported', `${runtimeOf(api)} does not have the argument ${extra} of ${path}`, {
      call: path,
      argument: extra,
    });
  }
  try {
    return create(...values).method as Call;
  } catch (error) {
    throw chainError('bad_argument', `${path}: ${messageOf(error)}`, { call: path }, error);
  }
}

function isOptional(api: ApiPromise, { type }: SiField): boolean {
  const { path, def } = api.registry.lookup.getSiType(type);
  return def.isVariant && path.length === 1 && path[0]!.eq('Option');
}

/**
 * A plain value in the form that the type has in this version: an account as `{ Id }` where it is one of several kinds of
 * address, and alone where it is not; a number within a struct of one named field.
 */
function fitted(api: ApiPromise, id: SiLookupTypeId, value: unknown): unknown {
  const { def } = api.registry.lookup.getSiType(id);
  const account = (value as { Id?: unknown } | null)?.Id;
  if (def.isVariant) {
    const isAddress = typeof value === 'string' && def.asVariant.variants.some(({ name }) => name.eq('Id'));
    return isAddress ? { Id: value } : value;
  }
  if (account !== undefined) return account;
  if (def.isComposite && def.asComposite.fields.length === 1) {
    const [field] = def.asComposite.fields;
    const inner = fitted(api, field!.type, value);
    const isPlain = typeof value === 'number' || typeof value === 'bigint';
    return field!.name.isSome && isPlain ? { [field!.name.unwrap().toString()]: inner } : inner;
  }
  return value;
}
