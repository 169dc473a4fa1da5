"""
bittensor 9.12.2's own axon and dendrite, signed as they do it: python bittensor9.py server|client FOLDER [PORT].
One thing is better here than it is there: the schema of the synapse, which it derives anew for every field of every
request, is derived once. Wallets lie in FOLDER.
"""

import asyncio
import sys
import time

sys.argv, (role, folder, *rest) = sys.argv[:1], sys.argv[1:]

import bittensor as bt  # noqa: E402 - it parses the command line when it is imported
import numpy as np  # noqa: E402

from common import report, say, tasks, until_closed  # noqa: E402

# Both ask a web site for this machine's address.
bt.utils.networking.get_external_ip = lambda: "192.0.2.1"
# Without this its Tensor works only where torch is installed, numpy or not.
bt.core.tensor.dtypes.torch = True


required = bt.Synapse.get_required_fields
known = {}


def required_once(synapse):
    kind = synapse.__class__
    if kind not in known:
        known[kind] = required(synapse)
    return known[kind]


bt.Synapse.get_required_fields = required_once


class Echo(bt.Synapse):
    tensor: bt.Tensor | None = None


def wallet(name):
    keys = bt.wallet(name=name, hotkey="default", path=folder)
    keys.create_if_non_existent(coldkey_use_password=False, hotkey_use_password=False, suppress=True)
    return keys


async def serve():
    axon = bt.axon(wallet=wallet("server"), ip="127.0.0.1", port=int(rest[0]), external_ip="127.0.0.1")

    def echo(synapse: Echo) -> Echo:
        return synapse

    axon.attach(forward_fn=echo)
    axon.start()
    await asyncio.sleep(1)
    say(port=int(rest[0]), hotkey=axon.wallet.hotkey.ss58_address)
    await until_closed()
    axon.stop()


async def measure(dendrites, axon, size, outstanding, seconds):
    # A caller's nonces must arrive in their order, so each of the concurrent callers is a dendrite of its own.
    while len(dendrites) < outstanding:
        dendrites.append(bt.dendrite(wallet=dendrites[0].keypair if dendrites else wallet("client")))
    array = np.zeros((1, size // 4), dtype=np.float32)
    begin = time.perf_counter()
    times, failures = [], {}

    async def caller(dendrite):
        while time.perf_counter() - begin < seconds:
            start = time.perf_counter()
            synapse = Echo(tensor=bt.Tensor.serialize(array))
            answer = await dendrite(axon, synapse, timeout=60.0, deserialize=False)
            if answer.is_success and answer.tensor.deserialize().nbytes == size:
                times.append(time.perf_counter() - start)
            else:
                reason = f"{answer.dendrite.status_code} {answer.dendrite.status_message}"
                failures[reason] = failures.get(reason, 0) + 1
            # Headers of every synapse ever sent.
            dendrite.synapse_history.clear()

    await asyncio.gather(*(caller(dendrite) for dendrite in dendrites[:outstanding]))
    report(times, begin, failures=failures)


async def ask():
    keys = bt.wallet(name="server", hotkey="default", path=folder).hotkey.ss58_address
    axon = bt.AxonInfo(
        version=1, ip="127.0.0.1", port=int(rest[0]), ip_type=4, hotkey=keys, coldkey=keys, protocol=4
    )
    dendrites = []
    say(ready=True)
    async for task in tasks():
        await measure(dendrites, axon, task["bytes"], task["outstanding"], task["seconds"])


asyncio.run(serve() if role == "server" else ask())
