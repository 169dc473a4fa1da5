"""bittensor 9: python sdk9.py URL"""

import sys

import bittensor as bt

from classic import Classic, succeeded
from common import serve


class Sdk9(Classic):
    def connect(self):
        return {"block": self.subtensor.block}

    def transfer(self, wallet, to, amount):
        balance = bt.Balance.from_rao(int(amount))
        succeeded(self.subtensor.transfer(wallet=self.wallet(wallet), dest=to, amount=balance))

    def create_subnet(self, wallet):
        succeeded(self.subtensor.register_subnet(wallet=self.wallet(wallet), wait_for_inclusion=True))
        return max(self.subtensor.get_subnets())

    def register(self, wallet, netuid):
        keys = self.wallet(wallet)
        succeeded(self.subtensor.burned_register(wallet=keys, netuid=netuid, wait_for_inclusion=True))
        return self.subtensor.get_uid_for_hotkey_on_subnet(keys.hotkey.ss58_address, netuid)

    def serve_axon(self, wallet, netuid, ip, port):
        axon = bt.Axon(wallet=self.wallet(wallet), ip="127.0.0.1", port=port, external_ip=ip, external_port=port)
        succeeded(self.subtensor.serve_axon(netuid=netuid, axon=axon, wait_for_inclusion=True))

    def remove_stake(self, wallet, hotkey, netuid, amount, limit):
        balance = bt.Balance.from_rao(int(amount)).set_unit(netuid)
        succeeded(
            self.subtensor.unstake(
                wallet=self.wallet(wallet), netuid=netuid, hotkey_ss58=hotkey, amount=balance, safe_staking=limit
            )
        )

    def move_stake(self, wallet, hotkey, netuid, to, amount):
        succeeded(
            self.subtensor.move_stake(
                wallet=self.wallet(wallet),
                origin_hotkey=hotkey,
                origin_netuid=netuid,
                destination_hotkey=to,
                destination_netuid=netuid,
                amount=bt.Balance.from_rao(int(amount)).set_unit(netuid),
            )
        )

    def set_weights(self, wallet, netuid, uids, weights):
        keys = self.wallet(wallet)
        succeeded(
            self.subtensor.set_weights(
                wallet=keys, netuid=netuid, uids=uids, weights=weights, wait_for_inclusion=True, block_time=0.25
            )
        )

    def set_children(self, wallet, netuid, children):
        keys = self.wallet(wallet)
        hotkey = keys.hotkey.ss58_address
        succeeded(self.subtensor.set_children(wallet=keys, hotkey=hotkey, netuid=netuid, children=children))


serve(Sdk9(sys.argv[1]))
