"""What bittensor 9 and 10 share."""

import bittensor as bt
from bittensor_wallet import Wallet

from common import rao, shares


def succeeded(response):
    """Bittensor 10 answers with an object; 9 with a bool, or with a bool and words."""
    if isinstance(response, tuple):
        success, message = response
    elif isinstance(response, bool):
        success, message = response, "the client says False; stderr says why"
    else:
        success, message = response.success, response.message
    if not success:
        raise RuntimeError(message)
    return response


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

    def start_call(self, wallet, netuid):
        succeeded(self.subtensor.start_call(wallet=self.wallet(wallet), netuid=netuid))
        return self.subtensor.is_subnet_active(netuid)

    def add_stake(self, wallet, hotkey, netuid, amount, limit):
        balance = bt.Balance.from_rao(int(amount))
        succeeded(
            self.subtensor.add_stake(
                wallet=self.wallet(wallet), netuid=netuid, hotkey_ss58=hotkey, amount=balance, safe_staking=limit
            )
        )

    def pending_children(self, hotkey, netuid):
        children, _ = self.subtensor.get_children_pending(hotkey, netuid)
        return [child for _, child in children]

    def set_take(self, wallet, take):
        keys = self.wallet(wallet)
        succeeded(self.subtensor.set_delegate_take(wallet=keys, hotkey_ss58=keys.hotkey.ss58_address, take=take))
        return self.subtensor.get_delegate_take(keys.hotkey.ss58_address)
