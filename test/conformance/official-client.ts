/**
 * What a user does with a client, whichever it is. Amounts in rao; wallets by the names that `createWallet` got, with
 * hotkey `default`. Each call ends once the chain has it, and rejects with the client's words when it says no.
 */
export interface OfficialClient extends AsyncDisposable {
  createWallet(name: string): Promise<{ coldkey: string; hotkey: string }>;
  balance(address: string): Promise<bigint>;
  transfer(args: { wallet: string; to: string; amount: bigint }): Promise<void>;
  subnets(): Promise<SubnetLine[]>;
  subnet(netuid: number): Promise<{ tempo: number; owner?: string }>;
  hyperparameters(netuid: number): Promise<Record<string, unknown>>;
  metagraph(netuid: number): Promise<NeuronLine[]>;
  /** The new subnet's number. */
  createSubnet(wallet: string): Promise<number>;
  startCall(wallet: string, netuid: number): Promise<void>;
  /** The new neuron's uid. */
  register(wallet: string, netuid: number): Promise<number>;
  serveAxon(args: { wallet: string; netuid: number; ip: string; port: number }): Promise<void>;
  addStake(args: StakeMove): Promise<void>;
  removeStake(args: StakeMove): Promise<void>;
  moveStake(args: { wallet: string; hotkey: string; netuid: number; to: string; amount: bigint }): Promise<void>;
  stakes(wallet: { name: string; coldkey: string }): Promise<{ hotkey: string; netuid: number; stake: bigint }[]>;
  setWeights(args: { wallet: string; netuid: number; uids: number[]; weights: number[] }): Promise<void>;
  /** Each row as shares that add up to one. */
  weights(netuid: number): Promise<Record<string, Record<string, number>>>;
  setChildren(args: { wallet: string; netuid: number; share: number; child: string }): Promise<void>;
  setTake(wallet: string, take: number): Promise<void>;
}

export interface SubnetLine {
  netuid: number;
  tempo?: number;
  owner?: string;
}

/** With what the client says of a neuron; not all of them say all. */
export interface NeuronLine {
  uid: number;
  hotkey: string;
  coldkey: string;
  stake: bigint;
  active?: boolean;
  permit?: boolean;
  lastUpdate?: number;
  incentive?: number;
  dividends?: number;
  /** `ip:port`, null when it serves nothing. */
  axon?: string | null;
}

export interface StakeMove {
  wallet: string;
  hotkey: string;
  netuid: number;
  amount: bigint;
  /** With a price limit, or without. */
  limit: boolean;
}
