import { sep } from 'node:path';
import { walletError } from '../errors.js';

/**
 * The environment variable that holds a key file's password for the official wallet: `BT_PW_` and the file's path in
 * capitals, with `_` for separators and dots; hyphens stay. Source: bittensor-wallet 4.1 `Keyfile.env_var_name`.
 */
export function passwordEnvName(keyFile: string): string {
  return `BT_PW_${keyFile.replaceAll(sep, '_').replaceAll('.', '_').toUpperCase()}`;
}

/** How the official wallet writes a password there: base64 of the password XORed with the variable's name. Hides nothing. */
export function passwordToEnv(keyFile: string, password: Uint8Array): string {
  return Buffer.from(xorWithName(password, passwordEnvName(keyFile))).toString('base64');
}

/**
 * The password of a key file from its variable; undefined when there is none or it is empty.
 * Error `wrong_password` when the variable is not in the official form.
 */
export function passwordFromEnv(
  keyFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Uint8Array | undefined {
  const name = passwordEnvName(keyFile);
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, '')) {
    throw walletError('wrong_password', `${name} is not in the form that the official wallet writes (base64)`, {
      name,
    });
  }
  return xorWithName(bytes, name);
}

function xorWithName(bytes: Uint8Array, name: string): Uint8Array {
  const mask = Buffer.from(name);
  return Uint8Array.from(bytes, (byte, i) => byte ^ mask[i % mask.length]!);
}
