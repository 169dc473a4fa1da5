import { type Address, formatAddress } from '../address.js';

/** Addresses of strangers that are kept to be tried, and of neurons that are gone. */
const HEARSAY = 64;
const REMEMBERED = 32;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A neuron that is gone is tried less and less often, for so long. */
const LONGEST_MEMORY_PAUSE_MS = 300_000;
const MEMORY_MS = 86_400_000;
/** A bootstrap address that was heard within this time needs no special care. */
const HEARD_MS = 120_000;
/** How long an address where this node itself answered is left alone. */
const OWN_MS = 600_000;
/** Which share of the exchanges tries addresses besides the known neurons': those to find back, hearsay, newcomers. */
const ASIDE = 1 / 4;

interface Contact {
  readonly address: Address;
  readonly kind: 'bootstrap' | 'hearsay' | 'remembered';
  readonly sinceMs: number;
  heardMs: number;
}

/**
 * Whom to gossip with next: known neurons, the bootstrap addresses, neurons that were known once, and what others named.
 * Failures wait longer; bootstrap addresses are tried for ever, and so islands find each other again.
 */
export class Contacts {
  private readonly contacts = new Map<string, Contact>();
  private readonly failing = new Map<string, { failures: number; retryAtMs: number }>();
  /** Until when addresses of this node are passed over. */
  private readonly own = new Map<string, number>();

  constructor(
    bootstrap: readonly Address[],
    private readonly random: () => number = Math.random,
  ) {
    for (const address of bootstrap) this.add(address, 'bootstrap', Number.NEGATIVE_INFINITY);
  }

  /** An address that a stranger named. Beyond a bound it is ignored. */
  hear(address: Address): void {
    if (this.countOf('hearsay') < HEARSAY) this.add(address, 'hearsay', 0);
  }

  /** Where a neuron answered whose entry has expired: perhaps the network is parted. The oldest makes room. */
  remember(address: Address, nowMs: number): void {
    if (this.countOf('remembered') >= REMEMBERED) {
      for (const [name, { kind }] of this.contacts) {
        if (kind !== 'remembered') continue;
        this.contacts.delete(name);
        break;
      }
    }
    this.add(address, 'remembered', nowMs);
  }

  /** This node itself answers there: for good, or as far as an answer from there said so. */
  isOwn(address: Address, nowMs?: number): void {
    const name = formatAddress(address);
    this.own.set(name, nowMs === undefined ? Number.POSITIVE_INFINITY : nowMs + OWN_MS);
    if (this.contacts.get(name)?.kind !== 'bootstrap') this.contacts.delete(name);
  }

  /** A random address that is due: mostly one of the known neurons', by `host:port`, else of what is to be tried. */
  choose(known: ReadonlyMap<string, Address>, nowMs: number, newcomer?: Address): Address | undefined {
    this.forget(known, nowMs);
    const aside: Address[] = newcomer && this.isDue(formatAddress(newcomer), nowMs) ? [newcomer] : [];
    const heard: Address[] = [];
    for (const [name, { address, kind, heardMs }] of this.contacts) {
      if (known.has(name) || !this.isDue(name, nowMs)) continue;
      if (kind === 'bootstrap' && nowMs - heardMs <= HEARD_MS) heard.push(address);
      else aside.push(address);
    }
    const neighbours = () => [...this.due(known, nowMs), ...heard];
    if (aside.length === 0 || this.random() >= ASIDE) return this.any(neighbours()) ?? this.any(aside);
    return this.any(aside);
  }

  /** Notes an answer. True when a bootstrap address that was down is back. */
  succeeded(address: Address, nowMs: number): boolean {
    const name = formatAddress(address);
    const contact = this.contacts.get(name);
    if (contact) contact.heardMs = nowMs;
    // Its own entry, which came with the answer, names it from now on.
    if (contact && contact.kind !== 'bootstrap') this.contacts.delete(name);
    return this.failing.delete(name) && contact?.kind === 'bootstrap';
  }

  /** Notes that nobody answered. True the first time that a bootstrap address is down. */
  failed(address: Address, nowMs: number): boolean {
    const name = formatAddress(address);
    const kind = this.contacts.get(name)?.kind;
    if (kind === 'hearsay') {
      this.contacts.delete(name);
      return false;
    }
    const failures = (this.failing.get(name)?.failures ?? 0) + 1;
    const longestMs = kind === 'remembered' ? LONGEST_MEMORY_PAUSE_MS : LONGEST_PAUSE_MS;
    const pauseMs = Math.min(longestMs, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16));
    this.failing.set(name, { failures, retryAtMs: nowMs + pauseMs });
    return kind === 'bootstrap' && failures === 1;
  }

  private add(address: Address, kind: Contact['kind'], sinceMs: number): void {
    const name = formatAddress(address);
    if (this.own.has(name) || this.contacts.has(name)) return;
    this.contacts.set(name, { address, kind, sinceMs, heardMs: Number.NEGATIVE_INFINITY });
  }

  private forget(known: ReadonlyMap<string, Address>, nowMs: number): void {
    for (const [name, { kind, sinceMs }] of this.contacts) {
      if (kind === 'remembered' && nowMs - sinceMs > MEMORY_MS) this.contacts.delete(name);
    }
    for (const [name, untilMs] of this.own) if (untilMs < nowMs) this.own.delete(name);
    for (const name of this.failing.keys()) {
      if (!known.has(name) && !this.contacts.has(name)) this.failing.delete(name);
    }
  }

  private due(known: ReadonlyMap<string, Address>, nowMs: number): Address[] {
    if (this.failing.size === 0 && this.own.size === 0) return [...known.values()];
    return [...known].filter(([name]) => this.isDue(name, nowMs)).map(([, address]) => address);
  }

  private any(addresses: readonly Address[]): Address | undefined {
    return addresses[Math.floor(this.random() * addresses.length)];
  }

  private isDue(name: string, nowMs: number): boolean {
    return !this.own.has(name) && (this.failing.get(name)?.retryAtMs ?? 0) <= nowMs;
  }

  private countOf(kind: Contact['kind']): number {
    let count = 0;
    for (const contact of this.contacts.values()) if (contact.kind === kind) count++;
    return count;
  }
}
