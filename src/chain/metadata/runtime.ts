import { fromHex } from '../../base/browser.js';
import type { Chain } from '../connection/chain.js';
import type { Connection } from '../connection/connection.js';
import { chainError } from '../errors.js';
import { callApi, type ReadOptions } from '../reads/reads.js';
import { encodeInputs, findApiMethod, runtimeOf } from './api.js';
import { decodeAll } from './scale/decode-all.js';
import { compileValue } from './scale/values.js';

/**
 * What a runtime API answers, by the types of the chain's metadata: records by the metadata's names, integers of more
 * than four bytes as bigint. Error `unsupported` where the chain does not describe such a method.
 */
export async function askRuntime(
  connection: Connection<Chain>,
  path: string,
  args: readonly unknown[],
  options: ReadOptions = {},
): Promise<unknown> {
  const { api } = connection.chain;
  const method = findApiMethod(api, path);
  if (!method)
    throw chainError('unsupported', `${runtimeOf(api)} does not describe the runtime API ${path}`, { what: path });
  const answer = await callApi(connection, [method.name, encodeInputs(api, method, args)], options);
  return decodeAll(path, fromHex(answer), compileValue(method.layout));
}

/** As `askRuntime`, with undefined where the chain has no such method. */
export async function askRuntimeIfAny(
  connection: Connection<Chain>,
  path: string,
  args: readonly unknown[],
  options: ReadOptions = {},
): Promise<unknown> {
  return findApiMethod(connection.chain.api, path) ? askRuntime(connection, path, args, options) : undefined;
}
