"""bittensor 11: python sdk11.py URL"""

import sys

import bittensor as bt

from common import rao, serve


def succeeded(result):
    if not result.success:
        raise RuntimeError(f"{result.message} {result.error}")
    return result


class Sdk11:
    def __init__(self, url):
        # Nothing but the chain that is asked for.
        self.client = bt.SyncClient(url, fallback_endpoints=[], archive_endpoints=[]).connect()

    def wallet(self, name):
        return bt.Wallet(name=name, hotkey="default")

    def execute(self, wallet, intent):
        return succeeded(self.client.execute(intent, self.wallet(wallet)))

    def create_wallet(self, name):
        wallet = self.wallet(name)
        wallet.create_new_coldkey(use_password=False)
        wallet.create_new_hotkey(use_password=False)
        return {"coldkey": wallet.coldkeypub.ss58_address, "hotkey": wallet.hotkey.ss58_address}

    def connect(self):
        return {"block": self.client.block, "fast": self.client.is_fast_blocks()}

    def balance(self, address):
        return rao(self.client.read("balance", coldkey_ss58=address))

    def transfer(self, wallet, to, amount):
        return rao(self.execute(wallet, bt.Transfer(dest_ss58=to, amount_tao=bt.rao(int(amount)))).fee)

    def subnets(self):
        names = self.client.read("subnet_names")
        return [
            {"netuid": subnet.netuid, "name": names.get(subnet.netuid, ""), "tempo": subnet.tempo}
            for subnet in self.client.read("subnets")
        ]

    def subnet(self, netuid):
        return {"tempo": self.client.read("subnet", netuid=netuid).tempo}

    def hyperparameters(self, netuid):
        return self.client.read("subnet_hyperparameters", netuid=netuid)

    def metagraph(self, netuid):
        metagraph = self.client.subnets.metagraph(netuid)
        neurons = [
            {
                "uid": neuron.uid,
                "hotkey": neuron.hotkey,
                "coldkey": neuron.coldkey,
                "stake": rao(neuron.total_stake),
                "active": neuron.active,
                "permit": neuron.validator_permit,
                "last_update": neuron.last_update,
                "incentive": float(neuron.incentive),
                "dividends": float(neuron.dividends),
                "axon": neuron.axon,
            }
            for neuron in metagraph.neurons
        ]
        return {"n": metagraph.num_uids, "neurons": neurons, "weights": self.weights(netuid)}

    def create_subnet(self, wallet):
        return self.execute(wallet, bt.RegisterSubnet()).data["netuid"]

    def start_call(self, wallet, netuid):
        self.execute(wallet, bt.StartCall(netuid=netuid))
        return self.client.read("subnet_hyperparameters", netuid=netuid)["subnet_is_active"]

    def register(self, wallet, netuid):
        """As a raw call: its intent goes through a pallet for encrypted transactions, and only through that."""
        keys = self.wallet(wallet)
        hotkey = keys.hotkey.ss58_address
        succeeded(self.client.submit_call(bt.calls.SubtensorModule.burned_register(netuid=netuid, hotkey=hotkey), keys))
        return self.client.read("uid", netuid=netuid, hotkey_ss58=hotkey)

    def serve_axon(self, wallet, netuid, ip, port):
        self.execute(wallet, bt.ServeAxon(netuid=netuid, ip=ip, port=port))

    def add_stake(self, wallet, hotkey, netuid, amount, limit):
        balance = bt.rao(int(amount))
        self.execute(
            wallet, bt.AddStake(hotkey_ss58=hotkey, netuid=netuid, amount_tao=balance, slippage_protection=limit)
        )

    def remove_stake(self, wallet, hotkey, netuid, amount, limit):
        balance = self.client.balance(int(amount), netuid)
        self.execute(
            wallet, bt.RemoveStake(hotkey_ss58=hotkey, netuid=netuid, amount_alpha=balance, slippage_protection=limit)
        )

    def move_stake(self, wallet, hotkey, netuid, to, amount):
        self.execute(
            wallet,
            bt.MoveStake(
                origin_hotkey_ss58=hotkey,
                origin_netuid=netuid,
                dest_hotkey_ss58=to,
                dest_netuid=netuid,
                amount_alpha=self.client.balance(int(amount), netuid),
            ),
        )

    def stakes(self, coldkey):
        return [
            {"hotkey": position.hotkey, "netuid": position.netuid, "stake": rao(position.stake)}
            for position in self.client.read("stake_for_coldkey", coldkey_ss58=coldkey)
        ]

    def set_weights(self, wallet, netuid, uids, weights):
        self.execute(wallet, bt.SetWeights(netuid=netuid, uids=uids, weights=weights))

    def weights(self, netuid):
        rows = self.client.read("weights", netuid=netuid)
        return {str(uid): {str(to): share for to, share in row.items()} for uid, row in rows.items()}

    def set_children(self, wallet, netuid, children):
        self.execute(wallet, bt.SetChildren(netuid=netuid, children=children))

    def pending_children(self, hotkey, netuid):
        pending = self.client.read("pending_children", hotkey_ss58=hotkey, netuid=netuid)
        return [child for _, child in pending["children"]]

    def set_take(self, wallet, take):
        self.execute(wallet, bt.SetTake(take=take))
        return self.client.read("delegate_take", hotkey_ss58=self.wallet(wallet).hotkey.ss58_address)["take"]

    def next_epoch(self, netuid):
        return self.client.read("next_epoch_start_block", netuid=netuid)


serve(Sdk11(sys.argv[1]))
