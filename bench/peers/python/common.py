"""What is said between a peer and the benchmark, on standard input and output; ../../net-peer.ts has the other end."""

import asyncio
import json
import sys
import time


def say(**values):
    print(json.dumps(values), flush=True)


async def tasks():
    """The measurements asked for, one a line, until the benchmark closes standard input."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)


async def until_closed():
    async for _ in tasks():
        pass


def report(times, begin, **more):
    times.sort()
    at = lambda share: 1000 * times[min(len(times) - 1, int(len(times) * share))]
    say(requests=len(times), seconds=time.perf_counter() - begin, p50Ms=at(0.5), p99Ms=at(0.99), **more)
