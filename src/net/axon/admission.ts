import type { Clock } from '../../base/index.js';
import { defaultNonceLimits, NonceCache, type NonceLimits } from '../auth/nonces.js';
import { keyText, type RequestKind } from '../auth/signed.js';
import { RequestError } from '../errors.js';
import type { RequestHead } from '../gen/bittensor.js';
import { originOf } from '../server/origin.js';
import { TokenBuckets } from '../token-buckets.js';
import { checkHead, type OwnIdentity, requestDigest, verifyHead } from '../wire/messages.js';
import { type StrangerLimits, StrangerWork } from './stranger-work.js';

/** A registered hotkey, as the metagraph has it. */
export interface Member {
  readonly uid?: number | undefined;
  readonly stakeRao: bigint;
  readonly validatorPermit: boolean;
}

/** Who is registered. Throws a `RequestError` (`Unavailable`) where that is not known yet. */
export type Registry = (hotkey: string) => Member | undefined;

/** What is known of a request before its body comes; its caller is proven. */
export interface Admission {
  readonly kind: RequestKind;
  /** The caller's hotkey, `0x` and 64 digits. */
  readonly caller: string;
  readonly synapseKey: string;
  /** Bytes of the body. */
  readonly bytes: number;
  readonly address: string;
  /** Its row of the registry, where there is one. */
  readonly member: Member | undefined;
}

export interface AdmissionRules {
  /** Without one everyone is admitted who proves a key. */
  readonly registry?: Registry | undefined;
  /** Whether callers that the registry does not know are refused. Default true; otherwise they come last. */
  readonly registeredOnly?: boolean | undefined;
  /** The least stake of a caller, rao. Default 0. */
  readonly minStakeRao?: bigint | undefined;
  /** Admit validators only. Default false. */
  readonly permitOnly?: boolean | undefined;
  /** Refuses a caller: true, or the reason in words. Called for proven callers, before the body comes. */
  readonly blacklist?: ((request: Admission) => boolean | string | undefined) | undefined;
  /** Who is computed first. Default: the stake. */
  readonly priority?: ((request: Admission) => bigint) | undefined;
}

export interface AdmissionLimits extends NonceLimits, StrangerLimits {
  /** Requests of one hotkey per second, and how many it may save up. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Signatures that do not verify, by address: per second, and at once. */
  readonly forgeriesPerSecond: number;
  readonly forgeryBurst: number;
  /** Signed answers to nonces outside the window, by address: an honest caller needs one. */
  readonly clockAnswersPerSecond: number;
  readonly clockAnswerBurst: number;
  /** Hellos whose signature is verified, by address. */
  readonly hellosPerSecond: number;
  readonly helloBurst: number;
}

export const defaultAdmissionLimits: AdmissionLimits = {
  ...defaultNonceLimits,
  requestsPerSecond: 50_000,
  requestBurst: 100_000,
  forgeriesPerSecond: 20,
  forgeryBurst: 100,
  clockAnswersPerSecond: 3,
  clockAnswerBurst: 20,
  hellosPerSecond: 32,
  helloBurst: 256,
  strangersPerSecond: 400,
  strangerBurst: 400,
};

/** Hotkeys and addresses whose rates are remembered. */
const BUCKETS = 16_384;

/** A request as it stands at the door. */
export interface Applicant {
  readonly kind: RequestKind;
  readonly head: RequestHead;
  /** Proven already, by the session or because it is this very process. Undefined: the head's signature is to prove it. */
  readonly caller: string | undefined;
  readonly address: string;
  readonly bytes: number;
}

/** What came of the checks of a request whose caller is proven, or is told the time. */
export interface Verdict {
  readonly caller: string;
  /** Of the signed head; undefined in a session. */
  readonly digest: Uint8Array | undefined;
  readonly priority: bigint;
  /** To be answered with a signature: the caller is known, or its clock is wrong. */
  readonly refusal: RequestError | undefined;
}

/**
 * Who may have a request computed. The order: form, network, a look at whether the claimed caller would be admitted
 * at all, nonce, what its address and all strangers may have of signatures, signature, registration with stake and permit, rate of the hotkey, blacklist; only then the body.
 */
export class Admissions {
  private readonly limits: AdmissionLimits;
  private readonly nonces: NonceCache;
  private readonly rates: TokenBuckets;
  private readonly forgeries: TokenBuckets;
  private readonly clockAnswers: TokenBuckets;
  private readonly hellos: TokenBuckets;
  private readonly strangers: StrangerWork;
  private readonly ownKey: string;

  constructor(
    private readonly own: OwnIdentity,
    private readonly rules: AdmissionRules,
    limits: Partial<AdmissionLimits>,
    private readonly clock: Clock,
  ) {
    this.limits = { ...defaultAdmissionLimits, ...limits };
    this.ownKey = keyText(own.hotkey);
    this.nonces = new NonceCache(clock.nowMs(), this.limits);
    const all = this.limits;
    const buckets = (perSecond: number, burst: number) => new TokenBuckets({ perSecond, burst, keys: BUCKETS });
    this.rates = buckets(all.requestsPerSecond, all.requestBurst);
    this.forgeries = buckets(all.forgeriesPerSecond, all.forgeryBurst);
    this.clockAnswers = buckets(all.clockAnswersPerSecond, all.clockAnswerBurst);
    this.hellos = buckets(all.hellosPerSecond, all.helloBurst);
    this.strangers = new StrangerWork(all);
  }

  /** Throws a `RequestError` for what is refused without a signature: the caller is not proven. */
  check(applicant: Applicant): Verdict {
    const { head } = applicant;
    if (applicant.caller !== undefined) return this.judge(applicant, applicant.caller, undefined);
    const problem = checkHead(head, this.own);
    if (problem) throw problem;
    const caller = keyText(head.caller);
    this.greet(caller, applicant.address);
    const verdict = this.nonces.check(caller, head.nonce, this.clock.nowMs());
    if (verdict === 'replayed') throw new RequestError('Replayed', `nonce ${head.nonce} was used before`);
    const digest = requestDigest(head);
    if (verdict !== 'fresh') {
      // Signed although the caller is not proven: its clock is set by it. So anybody can ask for it, but seldom.
      if (!this.clockAnswers.spend(originOf(applicant.address))) {
        throw new RequestError('Backoff', 'this address was told the time again and again');
      }
      this.spendOnStranger(applicant.address);
      const refusal = new RequestError('ClockSkew', `nonce ${head.nonce} is too ${verdict} for this clock`);
      return { caller, digest, priority: 0n, refusal };
    }
    this.spendOnStranger(applicant.address);
    const forged = verifyHead(head, this.own);
    if (forged) {
      this.noteForgery(applicant.address);
      throw forged;
    }
    this.nonces.remember(caller, head.nonce);
    this.noteProof(caller, applicant.address);
    return this.judge(applicant, caller, digest);
  }

  /**
   * What a claimed caller is refused for whether it is the one or not, before anyone verifies its signature: costs next
   * to nothing, and spends nothing of the caller's. Throws a `RequestError`.
   */
  greet(caller: string, address: string): void {
    const refusal = this.problemOf(caller, this.memberOf(caller));
    if (refusal) throw refusal;
    if (!this.rates.has(caller)) throw new RequestError('Backoff', 'this hotkey asks too often');
    if (!this.forgeries.has(originOf(address))) {
      throw new RequestError('Backoff', 'too many wrong signatures came from this address');
    }
  }

  /**
   * The same for a hello, whose signature is verified next: spends what this address has of hellos, and where it proved
   * nothing yet what all strangers have of signatures. Throws a `RequestError`.
   */
  greetHello(caller: string, address: string): void {
    this.greet(caller, address);
    if (!this.hellos.spend(originOf(address))) throw new RequestError('Backoff', 'too many hellos from this address');
    this.spendOnStranger(address);
  }

  /** Whether a caller who proved its key may have a session. Throws a `RequestError`. */
  authorize(caller: string, address: string): void {
    this.greet(caller, address);
    this.noteProof(caller, address);
  }

  /** A signature from there was wrong: after many no more are looked at for a while. */
  noteForgery(address: string): void {
    this.forgeries.spend(originOf(address));
  }

  /**
   * Before a signature is made or verified for an address: where it proved nothing yet, spends what all strangers have of
   * signatures. Throws a `RequestError`.
   */
  spendOnStranger(address: string): void {
    if (!this.strangers.take(address)) throw new RequestError('Backoff', 'too many strangers ask at a time');
  }

  /** Keys that nobody registered cost nothing: they make an address known only where no key is registered. */
  private noteProof(caller: string, address: string): void {
    const isKnown = !this.rules.registry || caller === this.ownKey || this.memberOf(caller) !== undefined;
    if (isKnown) this.strangers.prove(address);
  }

  private judge(applicant: Applicant, caller: string, digest: Uint8Array | undefined): Verdict {
    const { kind, head, address, bytes } = applicant;
    const member = this.memberOf(caller);
    const request = { kind, caller, synapseKey: head.synapseKey, bytes, address, member };
    const refusal = this.problemOf(caller, member) ?? this.rateProblem(caller) ?? this.blacklisted(request);
    const priority = refusal ? 0n : (this.rules.priority?.(request) ?? member?.stakeRao ?? 0n);
    return { caller, digest, priority, refusal };
  }

  private memberOf(caller: string): Member | undefined {
    return this.rules.registry?.(caller);
  }

  private problemOf(caller: string, member: Member | undefined): RequestError | undefined {
    const { registry, registeredOnly = true, minStakeRao = 0n, permitOnly = false } = this.rules;
    if (!registry || caller === this.ownKey) return undefined;
    if (!member) {
      const asksNothing = !registeredOnly && !permitOnly && minStakeRao === 0n;
      return asksNothing ? undefined : new RequestError('SenderUnknown', 'this hotkey is not registered here');
    }
    if (permitOnly && !member.validatorPermit) {
      return new RequestError('SenderUnknown', 'only hotkeys with a validator permit are served');
    }
    if (member.stakeRao < minStakeRao) {
      const text = `this hotkey has a stake of ${member.stakeRao} rao, less than ${minStakeRao}`;
      return new RequestError('SenderUnknown', text);
    }
    return undefined;
  }

  private rateProblem(caller: string): RequestError | undefined {
    if (caller === this.ownKey || this.rates.spend(caller)) return undefined;
    return new RequestError('Backoff', `more than ${this.limits.requestsPerSecond} requests a second`);
  }

  private blacklisted(request: Admission): RequestError | undefined {
    const answer = this.rules.blacklist?.(request);
    if (answer === undefined || answer === false) return undefined;
    return new RequestError('SenderUnknown', typeof answer === 'string' ? answer : 'this hotkey is not served');
  }
}
