"""bittensor 10: python sdk10.py URL"""

import sys

import bittensor as bt

from classic import Classic, succeeded
from common import rao, serve


class Sdk10(Classic):
    def transfer(self, wallet, to, amount):
        balance = bt.Balance.from_rao(int(amount))
        response = self.subtensor.transfer(wallet=self.wallet(wallet), destination_ss58=to, amount=balance)
        return rao(succeeded(response).extrinsic_fee)

    def create_subnet(self, wallet):
        succeeded(self.subtensor.register_subnet(wallet=self.wallet(wallet)))
        return max(self.subtensor.get_all_subnets_netuid())

    def register(self, wallet, netuid):
        """With the price limit that it uses by default."""
        keys = self.wallet(wallet)
        succeeded(self.subtensor.register(wallet=keys, netuid=netuid))
        return self.subtensor.get_uid_for_hotkey_on_subnet(keys.hotkey.ss58_address, netuid)

    def burned_register(self, wallet, netuid):
        keys = self.wallet(wallet)
        succeeded(self.subtensor.burned_register(wallet=keys, netuid=netuid))
        return self.subtensor.get_uid_for_hotkey_on_subnet(keys.hotkey.ss58_address, netuid)

    def serve_axon(self, wallet, netuid, ip, port):
        axon = bt.Axon(wallet=self.wallet(wallet), ip="127.0.0.1", port=port, external_ip=ip, external_port=port)
        succeeded(self.subtensor.serve_axon(netuid=netuid, axon=axon))

    def remove_stake(self, wallet, hotkey, netuid, amount, limit):
        balance = bt.Balance.from_rao(int(amount)).set_unit(netuid)
        succeeded(
            self.subtensor.unstake(
                wallet=self.wallet(wallet), netuid=netuid, hotkey_ss58=hotkey, amount=balance, safe_unstaking=limit
            )
        )

    def move_stake(self, wallet, hotkey, netuid, to, amount):
        succeeded(
            self.subtensor.move_stake(
                wallet=self.wallet(wallet),
                origin_netuid=netuid,
                origin_hotkey_ss58=hotkey,
                destination_netuid=netuid,
                destination_hotkey_ss58=to,
                amount=bt.Balance.from_rao(int(amount)).set_unit(netuid),
            )
        )

    def set_weights(self, wallet, netuid, uids, weights):
        succeeded(self.subtensor.set_weights(wallet=self.wallet(wallet), netuid=netuid, uids=uids, weights=weights))

    def set_children(self, wallet, netuid, children):
        keys = self.wallet(wallet)
        hotkey = keys.hotkey.ss58_address
        succeeded(self.subtensor.set_children(wallet=keys, hotkey_ss58=hotkey, netuid=netuid, children=children))

    def set_commitment(self, wallet, netuid, data):
        succeeded(self.subtensor.set_commitment(wallet=self.wallet(wallet), netuid=netuid, data=data))

    def commitments(self, netuid):
        return self.subtensor.get_all_commitments(netuid)

    def metagraph_commitments(self, netuid):
        return dict(self.subtensor.get_metagraph_info(netuid).commitments)

    def set_tempo(self, wallet, netuid, tempo):
        succeeded(self.subtensor.set_tempo(wallet=self.wallet(wallet), netuid=netuid, tempo=tempo))
        return self.subtensor.tempo(netuid)


serve(Sdk10(sys.argv[1]))
