import { formatAmount, formatTao } from '../../../base/index.js';
import { noSubnet } from '../../errors.js';
import type { Action } from '../../frame/command.js';
import { withChain } from '../../transaction/network.js';
import type { oneSubnetRows } from './rows.js';
import { detailsJson } from './subnet-json.js';

export const show: Action<typeof oneSubnetRows> = input =>
  withChain(input, async ({ client, name }) => {
    const { settings, ui, signal } = input;
    const { netuid } = settings;
    const [subnet, blocks] = await ui.busy(
      `reading subnet ${netuid}`,
      Promise.all([client.subnet(netuid, { signal }), client.blocksUntilEpoch(netuid, { signal })]),
    );
    if (!subnet) throw noSubnet(netuid);
    const blocksUntilEpoch = Number.isFinite(blocks) ? blocks : null;
    const tao = (rao: bigint | undefined) => (rao === undefined ? undefined : formatTao(rao));
    const own = (rao: bigint | undefined) => (rao === undefined ? undefined : formatAmount(rao, subnet.token));
    const isAlpha = subnet.token === 'alpha';
    return {
      json: { network: name, block: client.headBlock(), ...detailsJson(subnet), blocksUntilEpoch },
      show: shown =>
        shown.pairs([
          ['Subnet', `${netuid}: ${subnet.name}${subnet.symbol ? ` (${subnet.symbol})` : ''}`],
          ['Owner', subnet.owner],
          ['Owner hotkey', subnet.ownerHotkey],
          [
            'Runs',
            subnet.isStarted === undefined ? undefined : subnet.isStarted ? 'yes' : 'no: subnet start starts it',
          ],
          ['Since block', subnet.registeredAt],
          ['Neurons', `${subnet.n}${subnet.maxN === undefined ? '' : ` of ${subnet.maxN}`}`],
          [
            'Registering',
            subnet.registrationAllowed === false
              ? 'is closed'
              : `costs ${tao(subnet.burnRao) ?? 'what the chain does not tell'}`,
          ],
          ['By work', subnet.powRegistrationAllowed === false ? 'no' : `difficulty ${subnet.difficulty ?? 'unknown'}`],
          [
            'Tempo',
            `${subnet.tempo} blocks${blocksUntilEpoch === null ? '' : `, the next epoch in ${blocksUntilEpoch}`}`,
          ],
          ['Immunity', subnet.immunityPeriod === undefined ? undefined : `${subnet.immunityPeriod} blocks`],
          ['Price', isAlpha && subnet.priceRao !== undefined ? `${tao(subnet.priceRao)} for one alpha` : undefined],
          ['Pool', isAlpha ? `${tao(subnet.taoInRao) ?? '-'}, ${own(subnet.alphaInRao) ?? '-'}` : undefined],
          ['Emission', subnet.emissionRao === undefined ? undefined : `${own(subnet.emissionRao)} per block`],
          ...Object.entries(subnet.identity ?? {}).map(
            ([key, value]) => [key.replace(/^subnet_/, '').replaceAll('_', ' '), value] as const,
          ),
        ]),
    };
  });
