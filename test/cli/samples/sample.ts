import type { CliOnChain } from '../on-chain.js';

/** A command line, as typed behind `bittensor-cli`; `--json` is added. */
export type Sample =
  | string
  | {
      readonly line: string;
      readonly env?: Readonly<Record<string, string>>;
      /** It runs until Ctrl-C, which comes when it has said something. */
      readonly untilResult?: boolean;
    };

/** What test/cli/json.test.ts runs of a command. The chain has wallets `alice` and `bob`, who own 1,000 TAO each. */
export interface CommandSamples {
  /** What has to be done before they can be tried. */
  readonly before?: (chain: CliOnChain) => Promise<unknown>;
  /** Each ends with 0 and a document of the command's own schema. In order, and after those of earlier commands. */
  readonly success: (chain: CliOnChain) => readonly Sample[];
  /** Each fails, for a reason of its own: unknown flags are tried on every command anyway. */
  readonly failure: (chain: CliOnChain) => readonly Sample[];
}

/** By the command's path: `subnet register`. */
export type Samples = Readonly<Record<string, CommandSamples>>;
