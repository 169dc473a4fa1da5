"""An axon in Python that echoes: wire_server.py PROTO MODE [NETWORK]; prints its port and serves until stdin ends.

MODE: unary (no Exchange), plain or tls.
"""

import json
import queue
import sys
import threading
from concurrent import futures

import grpc
import os
import wire

proto, mode = sys.argv[1], sys.argv[2]
network = bytes.fromhex(sys.argv[3]) if len(sys.argv) > 3 else b''
pb, pb_grpc = wire.load(proto)
me = wire.Key(bytes([1]) * 32)
certificate, private_key, key_hash = wire.make_certificate(me) if mode == 'tls' else (None, None, None)
seen = set()


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def check_head(head, tensors):
    if head.receiver != me.public or head.network != network or head.caller + head.nonce.to_bytes(8, 'little') in seen:
        raise Refused('Unauthenticated', 'not for this neuron, not of this network, or seen before')
    if abs(head.nonce - wire.now_us()) > 10_000_000:
        raise Refused('ClockSkew', 'the nonce is out of time')
    if head.tensors_digest != wire.tensors_digest(tensors):
        raise Refused('Unauthenticated', 'other tensors')
    if not wire.verify(head.caller, 'request', wire.request_digest(head), head.signature):
        raise Refused('Unauthenticated', 'the signature is wrong')
    seen.add(head.caller + head.nonce.to_bytes(8, 'little'))


def compute(method, tensors):
    """A forward is answered with its inputs, a backward with the gradients, which are the second half."""
    return list(tensors) if method == pb.FORWARD else list(tensors)[: len(tensors) // 2]


def sign_reply(head, reply, tensors):
    digest = wire.reply_digest(wire.request_digest(head), me.public, reply, wire.tensors_digest(tensors))
    reply.signature = me.sign('reply', digest)


class Axon(pb_grpc.BittensorServicer):
    def unary(self, method, message, context):
        metadata = dict(context.invocation_metadata())
        head = pb.RequestHead(
            version=message.version,
            method=method,
            caller=bytes.fromhex(message.neuron_key[2:]),
            receiver=me.public,
            synapse_key=message.synapse_key,
            nonce=message.nonce,
            parameter_version=message.parameter_version,
            tensors_digest=wire.tensors_digest(message.tensors),
            signature=message.signature,
            network=message.network,
        )
        announced = pb.RequestHead.FromString(metadata[wire.HEAD_HEADER])
        if announced.signature != head.signature or announced.tensors_digest != head.tensors_digest:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, 'the header announced another message')
        try:
            check_head(head, message.tensors)
        except Refused as error:
            context.set_trailing_metadata([('bittensor-return-code', error.code)])
            context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        tensors = compute(method, message.tensors)
        reply = pb.TensorMessage(version=wire.VERSION, neuron_key=me.text, receiver_key=message.neuron_key, nonce=message.nonce)
        reply.return_code, reply.parameter_version, reply.time = wire.SUCCESS, 7, wire.now_us()
        reply.tensors.extend(tensors)
        sign_reply(head, reply, tensors)
        return reply

    def Forward(self, message, context):
        return self.unary(pb.FORWARD, message, context)

    def Backward(self, message, context):
        return self.unary(pb.BACKWARD, message, context)

    def Exchange(self, frames, context):
        if mode == 'unary':
            context.abort(grpc.StatusCode.UNIMPLEMENTED, 'no streams here')
        out = queue.Queue()
        reader = threading.Thread(target=Session(frames, out).run, daemon=True)
        reader.start()
        yield from iter(out.get, None)


class Session:
    def __init__(self, frames, out):
        self.frames, self.out = frames, out
        self.challenge = os.urandom(32) if key_hash else b''
        self.bodies = {}
        self.replies = {}

    def run(self):
        try:
            self.serve()
        except Exception as error:  # the process that started this one shows what went wrong
            print(f'session: {error!r}', file=sys.stderr, flush=True)
        self.out.put(None)

    def serve(self):
        self.out.put(pb.Frame(challenge=pb.Challenge(version=wire.VERSION, challenge=self.challenge, hotkey=me.public, time=wire.now_us(), network=network)))
        hello = next(self.frames).hello
        if hello.network != network:
            raise ValueError('a hello of another network')
        if key_hash:
            digest = wire.hello_digest(hello, key_hash, me.public, self.challenge)
            left = hello.expiry - wire.now_us()
            if not 0 < left <= 60_000_000 or not wire.verify(hello.caller, 'hello', digest, hello.signature):
                raise ValueError('a hello that proves nothing')
        self.out.put(pb.Frame(welcome=pb.Welcome(version=wire.VERSION, requests=64, inline_bytes=wire.INLINE_BYTES, body_bytes=256 * 2**20)))
        for frame in self.frames:
            if frame.HasField('request'):
                self.begin(frame)
            elif frame.credit:
                self.send_parts(frame.id, frame.credit)
            elif frame.body:
                self.take(frame.id, frame.body)

    def begin(self, frame):
        if key_hash and (frame.request.caller or frame.request.signature):
            raise ValueError('a head that names its caller')
        if frame.request.length <= wire.INLINE_BYTES:
            return self.answer(frame.id, frame.request, frame.body)
        self.bodies[frame.id] = [frame.request, bytearray(), 0]
        self.grant(frame.id)

    def grant(self, id):
        head, body, granted = self.bodies[id]
        if granted - len(body) > wire.WINDOW_BYTES // 2:
            return
        more = min(wire.WINDOW_BYTES - (granted - len(body)), head.length - granted)
        self.bodies[id][2] += more
        if more:
            self.out.put(pb.Frame(id=id, credit=more))

    def take(self, id, part):
        head, body, granted = self.bodies[id]
        body += part
        if len(body) > granted:
            raise ValueError('a part that waited for no credit')
        if len(body) < head.length:
            return self.grant(id)
        del self.bodies[id]
        self.answer(id, head, bytes(body))

    def answer(self, id, head, body):
        message = pb.TensorMessage.FromString(body)
        if not key_hash:
            check_head(head, message.tensors)
        tensors = compute(head.method, message.tensors)
        content = pb.TensorMessage(version=wire.VERSION, tensors=tensors).SerializeToString()
        reply = pb.ReplyHead(return_code=wire.SUCCESS, parameter_version=7, time=wire.now_us(), length=len(content))
        if not key_hash:
            sign_reply(head, reply, tensors)
        inline = len(content) <= wire.INLINE_BYTES
        self.out.put(pb.Frame(id=id, reply=reply, body=content if inline else b''))
        if not inline:
            self.replies[id] = [wire.parts_of(content), 0]

    def send_parts(self, id, credit):
        waiting = self.replies.get(id)
        if not waiting:
            return
        waiting[1] += credit
        parts = waiting[0]
        while parts and len(parts[0]) <= waiting[1]:
            waiting[1] -= len(parts[0])
            self.out.put(pb.Frame(id=id, body=parts.pop(0)))
        if not parts:
            del self.replies[id]


server = grpc.server(futures.ThreadPoolExecutor(16), options=[('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1)])
pb_grpc.add_BittensorServicer_to_server(Axon(), server)
if mode == 'tls':
    port = server.add_secure_port('127.0.0.1:0', grpc.ssl_server_credentials([(private_key, certificate)]))
else:
    port = server.add_insecure_port('127.0.0.1:0')
server.start()
print(json.dumps({'port': port, 'hotkey': me.text}), flush=True)
sys.stdin.read()
server.stop(0)
