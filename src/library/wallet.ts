import { BittensorError, isBittensorError } from '../base/index.js';
import {
  type Encryption,
  type KeyName,
  type Keypair,
  openWallet,
  passwordFromEnv,
  ready,
  type Signer,
  type UnlockOptions,
  type Wallet as WalletFiles,
} from '../wallet/index.js';
import { libraryError } from './errors.js';
import { environment, environmentSettings, isWithoutChain, type NetworkOptions, networkOf } from './settings.js';

/** Which keys, and what opens them. */
export interface WalletOptions extends NetworkOptions {
  /** Default: `BT_WALLET_NAME`, or `local` on the local network, as neurons have it, and `default` elsewhere. */
  readonly name?: string | undefined;
  /** Name of its hotkey. Default: `BT_WALLET_HOTKEY`, or `default`. */
  readonly hotkey?: string | undefined;
  /** The folder of all wallets. Default: `BT_WALLET_PATH`, or `~/.bittensor/wallets`. */
  readonly path?: string | undefined;
  /** Opens key files and encrypts new ones. Default: the official `BT_PW_...` of a file, or `BT_WALLET_PASSWORD`. */
  readonly password?: string | (() => string | Promise<string>) | undefined;
}

/** A coldkey and one of its hotkeys, in files that every Bittensor program reads. Nothing is opened before it is needed. */
export class Wallet {
  readonly name: string;
  readonly hotkeyName: string;
  private readonly files: WalletFiles;

  constructor(private readonly options: WalletOptions) {
    const { values, sources } = environmentSettings();
    const named = sources.wallet_name === 'default' ? undefined : values.wallet_name;
    this.name = options.name ?? named ?? (this.isLocal() ? 'local' : values.wallet_name);
    this.hotkeyName = options.hotkey ?? values.wallet_hotkey;
    this.files = openWallet({ name: this.name, path: options.path ?? values.wallet_path });
  }

  /**
   * Makes the keys that are missing; those that are there stay. Resolves with this. A new coldkey is encrypted where there
   * is a password; without one it is written for the local network only, elsewhere that is error `needs_password`.
   * The words of a new coldkey: `(await wallet.coldkey()).exportSecrets().mnemonic`.
   */
  async create({ signal }: { signal?: AbortSignal } = {}): Promise<this> {
    await ready();
    const { files, hotkeyName } = this;
    const coldkey = await this.found('coldkey', async () => {
      const encrypt = await this.encryption();
      return files.createColdkey({ encrypt, signal });
    });
    await this.found({ hotkey: hotkeyName }, () => files.createHotkey(hotkeyName, { endorseWith: coldkey, signal }));
    return this;
  }

  /** Signs what neurons do. Errors `wallet_not_found`, `needs_password`, `wrong_password`. */
  async hotkey({ signal }: { signal?: AbortSignal } = {}): Promise<Keypair> {
    await ready();
    const options = this.unlocking({ hotkey: this.hotkeyName }, signal);
    return this.files.unlockHotkey(this.hotkeyName, options).catch(withAdvice);
  }

  /** Owns the funds. Errors as `hotkey`. */
  async coldkey({ signal }: { signal?: AbortSignal } = {}): Promise<Keypair> {
    await ready();
    return this.files.unlockColdkey(this.unlocking('coldkey', signal)).catch(withAdvice);
  }

  /** Where its files lie. */
  get folder(): string {
    return this.files.folder;
  }

  /** ss58; needs no password. Error `wallet_not_found`. */
  get hotkeyAddress(): string {
    return advised(() => this.files.hotkeyAddress(this.hotkeyName));
  }

  /** ss58; needs no password. Error `wallet_not_found`. */
  get coldkeyAddress(): string {
    return advised(() => this.files.coldkeyAddress());
  }

  /** The coldkey's word that the hotkey is its own, if there is one. */
  get endorsement() {
    return this.files.endorsementOf(this.hotkeyName);
  }

  /** Nothing is at stake. */
  private isLocal(): boolean {
    return isWithoutChain(this.options) || networkOf(this.options).isLocal;
  }

  /** The key that is there, or a new one; of two programs that start at once one makes it and the other finds it. */
  private async found(which: KeyName, make: () => Promise<Keypair>): Promise<Keypair> {
    const isThere = () => (which === 'coldkey' ? this.files.hasColdkey() : this.files.hasHotkey(which.hotkey));
    const unlock = () => (which === 'coldkey' ? this.coldkey() : this.hotkey());
    if (isThere()) return unlock();
    try {
      return await make();
    } catch (error) {
      if (isThere()) return unlock();
      throw error;
    }
  }

  private async encryption(): Promise<Encryption | undefined> {
    const password = await this.password('coldkey');
    if (password) return { form: 'nacl', password };
    if (this.isLocal()) return undefined;
    throw libraryError(
      'needs_password',
      `a coldkey for ${networkOf(this.options).name} is not written without a password: give wallet({ password }), or BT_WALLET_PASSWORD`,
    );
  }

  private unlocking(which: KeyName, signal: AbortSignal | undefined): UnlockOptions {
    const password = async () => {
      const given = await this.password(which);
      if (given) return given;
      const file = this.files.keyFile(which);
      const how = 'give wallet({ password }), or BT_WALLET_PASSWORD';
      throw libraryError('needs_password', `${file} is encrypted: ${how}`, { path: file });
    };
    return { password, signal };
  }

  private async password(which: KeyName): Promise<Uint8Array | undefined> {
    const { password } = this.options;
    const given = typeof password === 'function' ? await password() : password;
    if (given !== undefined) return new TextEncoder().encode(given);
    const env = environment();
    const plain = env['BT_WALLET_PASSWORD'];
    return passwordFromEnv(this.files.keyFile(which), env) ?? (plain ? new TextEncoder().encode(plain) : undefined);
  }
}

/**
 * A wallet by the names of its keys; nothing is read or written yet. Error `bad_wallet_name`.
 *
 * ```ts
 * const wallet = await bittensor.wallet({ name: 'me' }).create();
 * ```
 */
export function wallet(options: WalletOptions = {}): Wallet {
  return new Wallet(options);
}

function advised<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    return withAdvice(error);
  }
}

function withAdvice(error: unknown): never {
  if (!isBittensorError(error) || error.code !== 'wallet_not_found') throw error;
  const text = `${error.message}; await wallet().create() makes the keys that are missing`;
  throw new BittensorError(error.code, text, { data: error.data, cause: error });
}

/** The key that signs what neurons do: of a wallet, or kept elsewhere. */
export function hotkeyOf(of: Wallet | Signer, signal?: AbortSignal): Promise<Signer> | Signer {
  return of instanceof Wallet ? of.hotkey(signal ? { signal } : {}) : of;
}
