"""A streaming echo over TLS with grpc.aio: python aio.py server|client FOLDER [PORT]; FOLDER holds certificate.pem and key.pem."""

import asyncio
import sys
import time
from pathlib import Path

import grpc

from common import report, say, tasks, until_closed

METHOD = ("peer.Echo", "Exchange")
OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_, role, folder, *rest = sys.argv
certificate = (Path(folder) / "certificate.pem").read_bytes()


async def echo(requests, context):
    async for message in requests:
        yield message


async def serve():
    server = grpc.aio.server(options=OPTIONS)
    handler = grpc.stream_stream_rpc_method_handler(echo)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(METHOD[0], {METHOD[1]: handler}),))
    key = (Path(folder) / "key.pem").read_bytes()
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
    await server.start()
    say(port=port)
    await until_closed()
    await server.stop(0)


async def measure(exchange, size, outstanding, seconds):
    """One stream. It keeps its order, so a reply is that of the oldest request."""
    call = exchange()
    payload = bytes(size)
    begin = time.perf_counter()
    sent, times = [], []

    permits = asyncio.Semaphore(outstanding)

    async def send():
        while time.perf_counter() - begin < seconds:
            await permits.acquire()
            sent.append(time.perf_counter())
            await call.write(payload)
        await call.done_writing()

    sender = asyncio.create_task(send())
    while (reply := await call.read()) is not grpc.aio.EOF:
        assert len(reply) == size
        times.append(time.perf_counter() - sent[len(times)])
        permits.release()
    await sender
    assert len(times) == len(sent)
    report(times, begin)


async def ask():
    credentials = grpc.ssl_channel_credentials(certificate)
    options = [*OPTIONS, ("grpc.ssl_target_name_override", "localhost")]
    async with grpc.aio.secure_channel(f"127.0.0.1:{rest[0]}", credentials, options=options) as channel:
        await asyncio.wait_for(channel.channel_ready(), 20)
        exchange = channel.stream_stream("/".join(("", *METHOD)))
        say(ready=True)
        async for task in tasks():
            await measure(exchange, task["bytes"], task["outstanding"], task["seconds"])


asyncio.run(serve() if role == "server" else ask())
