"""What bittensor 9 and 10 share."""

import bittensor as bt
from bittensor_wallet import Wallet

from common import rao, shares


class Classic:
    def __init__(self, url):
        self.subtensor = bt.Subtensor(network=url)

    def wallet(self, name):
        return Wallet(name=name, hotkey="default")

    def create_wallet(self, name):
        wallet = self.wallet(name)
        wallet.create_new_coldkey(use_password=False, suppress=True)
        wallet.create_new_hotkey(use_password=False, suppress=True)
        return {"coldkey": wallet.coldkeypub.ss58_address, "hotkey": wallet.hotkey.ss58_address}

    def connect(self):
        return {"block": self.subtensor.block, "fast": self.subtensor.is_fast_blocks()}

    def balance(self, address):
        return rao(self.subtensor.get_balance(address))

    def subnets(self):
        return [
            {"netuid": subnet.netuid, "name": subnet.subnet_name, "tempo": subnet.tempo, "owner": subnet.owner_coldkey}
            for subnet in self.subtensor.all_subnets()
        ]

    def subnet(self, netuid):
        subnet = self.subtensor.subnet(netuid)
        return {"tempo": subnet.tempo, "owner": subnet.owner_coldkey, "owner_hotkey": subnet.owner_hotkey}

    def hyperparameters(self, netuid):
        return vars(self.subtensor.get_subnet_hyperparameters(netuid))

    def metagraph(self, netuid):
        metagraph = self.subtensor.metagraph(netuid, lite=False)
        weights = {str(uid): shares(list(enumerate(map(float, row)))) for uid, row in enumerate(metagraph.W) if any(row)}
        neurons = [
            {
                "uid": neuron.uid,
                "hotkey": metagraph.hotkeys[neuron.uid],
                "coldkey": metagraph.coldkeys[neuron.uid],
                "stake": rao(neuron.total_stake),
                "active": neuron.active,
                "permit": neuron.validator_permit,
                "last_update": neuron.last_update,
                "incentive": float(neuron.incentive),
                "dividends": float(neuron.dividends),
                "axon": f"{axon.ip}:{axon.port}" if axon.is_serving else None,
            }
            for neuron, axon in zip(metagraph.neurons, metagraph.axons)
        ]
        return {"n": int(metagraph.n), "neurons": neurons, "weights": weights}

    def stakes(self, coldkey):
        return [
            {"hotkey": info.hotkey_ss58, "netuid": info.netuid, "stake": rao(info.stake)}
            for info in self.subtensor.get_stake_info_for_coldkey(coldkey)
        ]

    def weights(self, netuid):
        return {str(uid): shares(row) for uid, row in self.subtensor.weights(netuid)}

    def next_epoch(self, netuid):
        return self.subtensor.get_next_epoch_start_block(netuid)
