import type { Subnet, SubnetDetails } from '../../../chain/index.js';

/** A subnet as the JSON documents have it; null for what the chain does not tell. */
export function subnetJson(subnet: Subnet): Record<string, unknown> {
  const { netuid, name, symbol, token, owner, ownerHotkey, n, maxN, tempo, priceRao, emissionRao, taoEmissionRao } =
    subnet;
  const { taoInRao, alphaInRao, alphaOutRao, burnRao, difficulty } = subnet;
  const { registrationAllowed, powRegistrationAllowed, isStarted, registeredAt } = subnet;
  return {
    netuid,
    name,
    symbol: symbol ?? null,
    token,
    owner: owner ?? null,
    ownerHotkey: ownerHotkey ?? null,
    n,
    maxN: maxN ?? null,
    tempo,
    priceRao: priceRao ?? null,
    emissionRao: emissionRao ?? null,
    taoEmissionRao: taoEmissionRao ?? null,
    taoInRao: taoInRao ?? null,
    alphaInRao: alphaInRao ?? null,
    alphaOutRao: alphaOutRao ?? null,
    registrationCostRao: burnRao ?? null,
    difficulty: difficulty === undefined ? null : String(difficulty),
    registrationAllowed: registrationAllowed ?? null,
    powRegistrationAllowed: powRegistrationAllowed ?? null,
    started: isStarted ?? null,
    registeredAt: registeredAt ?? null,
  };
}

export function detailsJson(subnet: SubnetDetails): Record<string, unknown> {
  const { identity, immunityPeriod, lockedRao, mechanisms } = subnet;
  return {
    ...subnetJson(subnet),
    identity: identity ?? null,
    immunityPeriod: immunityPeriod ?? null,
    lockedRao: lockedRao ?? null,
    mechanisms: mechanisms ?? null,
  };
}
