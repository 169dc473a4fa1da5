import { type Address, formatAddress } from '../address.js';

/** Addresses of strangers that are kept to be tried. */
const HEARSAY = 64;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface Contact {
  readonly address: Address;
  readonly kind: 'bootstrap' | 'hearsay';
}

/** Whom to gossip with next: known neurons, the bootstrap addresses, and what others named; failures wait longer. */
export class Contacts {
  private readonly contacts = new Map<string, Contact>();
  private readonly failing = new Map<string, { failures: number; retryAtMs: number }>();
  private readonly own = new Set<string>();

  constructor(bootstrap: readonly Address[]) {
    for (const address of bootstrap) this.contacts.set(formatAddress(address), { address, kind: 'bootstrap' });
  }

  /** An address that a stranger named. Beyond a bound it is ignored. */
  hear(address: Address): void {
    const name = formatAddress(address);
    if (this.contacts.size < HEARSAY && !this.own.has(name) && !this.contacts.has(name)) {
      this.contacts.set(name, { address, kind: 'hearsay' });
    }
  }

  /** This node itself answers there. */
  isOwn(address: Address): void {
    const name = formatAddress(address);
    this.own.add(name);
    this.contacts.delete(name);
  }

  /** A random address that is due: of the known neurons or of what is to be tried. */
  choose(known: readonly Address[], nowMs: number): Address | undefined {
    const all = new Map(known.map(address => [formatAddress(address), address]));
    for (const [name, { address }] of this.contacts) all.set(name, address);
    for (const name of this.failing.keys()) if (!all.has(name)) this.failing.delete(name);
    const due = [...all].filter(([name]) => !this.own.has(name) && (this.failing.get(name)?.retryAtMs ?? 0) <= nowMs);
    return due[Math.floor(Math.random() * due.length)]?.[1];
  }

  /** Notes an answer. True when a bootstrap address that was down is back. */
  succeeded(address: Address): boolean {
    const name = formatAddress(address);
    const contact = this.contacts.get(name);
    // Its own entry, which came with the answer, names it from now on.
    if (contact?.kind === 'hearsay') this.contacts.delete(name);
    return this.failing.delete(name) && contact?.kind === 'bootstrap';
  }

  /** Notes that nobody answered. True the first time that a bootstrap address is down. */
  failed(address: Address, nowMs: number): boolean {
    const name = formatAddress(address);
    const contact = this.contacts.get(name);
    if (contact?.kind === 'hearsay') {
      this.contacts.delete(name);
      return false;
    }
    const failures = (this.failing.get(name)?.failures ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
    this.failing.set(name, { failures, retryAtMs: nowMs + pause });
    return contact?.kind === 'bootstrap' && failures === 1;
  }
}
