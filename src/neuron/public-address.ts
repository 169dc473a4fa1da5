import { formatIp, parseIp } from '../chain/index.js';

/** Where an axon is reached. */
export interface AxonAddress {
  readonly ip: string;
  readonly port: number;
}

/** Where others reach this neuron's axon. A router may get another address while the neuron runs. */
export class PublicAddress {
  private address: AxonAddress;
  /** All that it ever was, as text. */
  private readonly all = new Set<string>();
  private readonly callbacks: ((address: AxonAddress) => void)[] = [];

  constructor(address: AxonAddress) {
    this.address = address;
    this.all.add(textOf(address));
  }

  get now(): AxonAddress {
    return this.address;
  }

  is(address: AxonAddress): boolean {
    return textOf(address) === textOf(this.address);
  }

  /** Whether it is, or was. */
  isOrWas(address: AxonAddress): boolean {
    return this.all.has(textOf(address));
  }

  moveTo(address: AxonAddress): void {
    if (this.is(address)) return;
    this.address = address;
    this.all.add(textOf(address));
    for (const callback of this.callbacks) callback(address);
  }

  onMoved(callback: (address: AxonAddress) => void): void {
    this.callbacks.push(callback);
  }

  toString(): string {
    return textOf(this.address);
  }
}

/** However an IPv6 address was written. */
export function textOf({ ip, port }: AxonAddress): string {
  return `${formatIp(parseIp(ip))}:${port}`;
}
