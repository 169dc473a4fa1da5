"""
A forward and a backward of a float batch through hivemind 1.1.12's own no-op expert, one at a time, without compression:
python hivemind1.py server|client FOLDER. The server leaves its peer id and addresses in FOLDER/hivemind.json.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import torch
import torch.nested._internal.nested_tensor  # noqa: F401 - the server's forked processes hang where they import it first

from hivemind.moe.server import Server
from hivemind.p2p import P2P, PeerID
from hivemind.moe.client.expert import RemoteExpert
from hivemind.moe.client.remote_expert_worker import RemoteExpertWorker
from hivemind.moe.expert_uid import ExpertInfo

from common import report, say, tasks, until_closed

_, role, folder, *_rest = sys.argv
WIDTH = 1024
UID = "nop.0"
meeting = Path(folder) / "hivemind.json"


def serve():
    server = Server.create(
        expert_uids=[UID],
        expert_cls="nop",
        hidden_dim=WIDTH,
        device="cpu",
        num_handlers=1,
        host_maddrs=["/ip4/127.0.0.1/tcp/0"],
        start=False,
    )
    server.dht.get("warm", latest=False)
    server.run_in_background(await_ready=True, timeout=60)
    addresses = [str(address) for address in server.dht.get_visible_maddrs()]
    meeting.write_text(json.dumps({"id": server.dht.peer_id.to_base58(), "addresses": addresses}))
    say(port=0)
    asyncio.run(until_closed())
    server.shutdown()
    server.dht.shutdown()


def measure(expert, rows, seconds):
    begin = time.perf_counter()
    times = []
    gradients = torch.full((rows, WIDTH), 0.25)
    while time.perf_counter() - begin < seconds:
        batch = torch.full((rows, WIDTH), 0.5, requires_grad=True)
        start = time.perf_counter()
        expert(batch).backward(gradients)
        times.append(time.perf_counter() - start)
        assert torch.equal(batch.grad, gradients)
    report(times, begin)


def ask():
    server = json.loads(meeting.read_text())
    p2p = RemoteExpertWorker.run_coroutine(P2P.create(initial_peers=server["addresses"], dht_mode="client"))
    expert = RemoteExpert(ExpertInfo(uid=UID, peer_id=PeerID.from_base58(server["id"])), p2p)
    say(ready=True)

    async def each():
        async for task in tasks():
            measure(expert, task["bytes"] // (4 * WIDTH), task["seconds"])

    asyncio.run(each())
    RemoteExpertWorker.run_coroutine(p2p.shutdown())


if __name__ == "__main__":
    serve() if role == "server" else ask()
