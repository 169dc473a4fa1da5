"""A caller in Python: wire_client.py PROTO PORT HOTKEY MODE; does the jobs of stdin, one JSON object a line.

MODE: unary, plain (an Exchange on plain text) or tls (an Exchange over TLS). A job: {method, values: bytes as hex or
`size`, shape, encoding, compression}; the answer: {code, ok, ms, ...}.
"""

import json
import os
import queue
import sys
import time

import grpc
import wire

proto, port, hotkey, mode = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3].removeprefix('0x')), sys.argv[4]
network = bytes.fromhex(sys.argv[5]) if len(sys.argv) > 5 else b''
pb, pb_grpc = wire.load(proto)
me = wire.Key(bytes([2]) * 32)
nonces = wire.Nonces()
OPTIONS = [('grpc.max_receive_message_length', -1), ('grpc.max_send_message_length', -1), ('grpc.ssl_target_name_override', 'axon.bittensor')]


def open_channel():
    if mode != 'tls':
        return grpc.insecure_channel(f'127.0.0.1:{port}', OPTIONS), None
    pem = wire.probe(port)
    found, key_hash = wire.read_certificate(pem)
    if found != hotkey:
        raise SystemExit('the certificate is of another hotkey')
    return grpc.secure_channel(f'127.0.0.1:{port}', grpc.ssl_channel_credentials(pem), OPTIONS), key_hash


def signed_head(job, tensors):
    head = pb.RequestHead(
        version=wire.VERSION,
        method=pb.BACKWARD if job.get('method') == 'backward' else pb.FORWARD,
        caller=me.public,
        receiver=hotkey,
        synapse_key=job.get('synapse', ''),
        nonce=nonces.next(),
        parameter_version=job.get('version', 0),
        tensors_digest=wire.tensors_digest(tensors),
        network=network,
        timeout_ms=20_000,
    )
    head.signature = me.sign('request', wire.request_digest(head))
    return head


def check_reply(head, reply, tensors):
    digest = wire.reply_digest(wire.request_digest(head), hotkey, reply, wire.tensors_digest(tensors))
    if not wire.verify(hotkey, 'reply', digest, reply.signature):
        raise ValueError('the signature of the reply is wrong')


class Unary:
    def __init__(self, channel, _key_hash):
        self.stub = pb_grpc.BittensorStub(channel)

    def call(self, job, tensors):
        head = signed_head(job, tensors)
        message = pb.TensorMessage(
            version=wire.VERSION,
            neuron_key=me.text,
            receiver_key='0x' + hotkey.hex(),
            synapse_key=head.synapse_key,
            nonce=head.nonce,
            parameter_version=head.parameter_version,
            signature=head.signature,
            network=network,
            tensors=tensors,
        )
        head.length = message.ByteSize()
        head.reply_encoding, head.reply_compression = job.get('reply', (0, 0))
        metadata = [] if job.get('headerless') else [(wire.HEAD_HEADER, head.SerializeToString())]
        method = self.stub.Backward if head.method == pb.BACKWARD else self.stub.Forward
        reply = method(message, timeout=20, metadata=metadata)
        check_reply(head, reply, reply.tensors)
        if reply.nonce != head.nonce or reply.neuron_key != '0x' + hotkey.hex():
            raise ValueError('the reply is of another request')
        return reply.return_code, reply.message, reply.tensors


class Exchange:
    def __init__(self, channel, key_hash):
        self.key_hash = key_hash
        self.out = queue.Queue()
        self.frames = pb_grpc.BittensorStub(channel).Exchange(iter(self.out.get, None))
        challenge = next(self.frames).challenge
        if challenge.hotkey != hotkey or challenge.network != network:
            raise ValueError('the challenge is of another neuron')
        hello = pb.Hello(version=wire.VERSION, caller=me.public, network=network)
        if key_hash:
            hello.expiry = challenge.time + 30_000_000
            digest = wire.hello_digest(hello, key_hash, hotkey, challenge.challenge)
            hello.signature = me.sign('hello', digest)
        elif challenge.challenge:
            raise ValueError('a challenge on plain text')
        self.out.put(pb.Frame(hello=hello))
        self.welcome = next(self.frames).welcome
        self.id = 0

    def call(self, job, tensors):
        body = pb.TensorMessage(version=wire.VERSION, tensors=tensors).SerializeToString()
        if self.key_hash:
            head = pb.RequestHead(method=pb.BACKWARD if job.get('method') == 'backward' else pb.FORWARD)
            head.synapse_key, head.parameter_version, head.timeout_ms = job.get('synapse', ''), job.get('version', 0), 20_000
        else:
            head = signed_head(job, tensors)
        head.length = len(body)
        head.reply_encoding, head.reply_compression = job.get('reply', (0, 0))
        self.id += 1
        inline = len(body) <= self.welcome.inline_bytes
        self.out.put(pb.Frame(id=self.id, request=head, body=body if inline else b''))
        reply, received = self.receive([] if inline else wire.parts_of(body))
        content = pb.TensorMessage.FromString(received)
        if not self.key_hash:
            check_reply(head, reply, content.tensors)
        return reply.return_code, reply.message, content.tensors

    def receive(self, parts):
        """Sends the parts as far as credit comes, and reads the reply."""
        reply, received, credit, granted = None, bytearray(), 0, 0
        for frame in self.frames:
            if frame.id != self.id:
                raise ValueError(f'a frame of request {frame.id}')
            credit += frame.credit
            while parts and len(parts[0]) <= credit:
                credit -= len(parts[0])
                self.out.put(pb.Frame(id=self.id, body=parts.pop(0)))
            if frame.cancel:
                raise ValueError(f'the server gave up: {frame.cancel}')
            if frame.HasField('reply'):
                reply = frame.reply
            received += frame.body
            if reply is None:
                continue
            if len(received) == reply.length:
                return reply, bytes(received)
            if granted - len(received) <= wire.WINDOW_BYTES // 2:
                more = min(wire.WINDOW_BYTES, reply.length - granted)
                granted += more
                if more:
                    self.out.put(pb.Frame(id=self.id, credit=more))
        raise ValueError('the stream ended')

    def close(self):
        self.out.put(None)


def tensors_of(job):
    if 'text' in job:
        buffer = b''.join(wire.text(value) for value in job['text'])
        return [pb.Tensor(version=wire.VERSION, buffer=buffer, shape=[len(job['text']), 1], dtype=wire.UTF8, modality=pb.TEXT)]
    floats = job['bytes'] // 4
    buffer = bytearray(os.urandom(floats * 4))
    # No NaN and no infinity: the uppermost bit of each exponent is cleared.
    buffer[3::4] = bytes(byte & 0xBF for byte in buffer[3::4])
    return [wire.float_tensor(pb, bytes(buffer), [1, floats])]


def answer(link, job):
    tensors = tensors_of(job)
    started = time.perf_counter()
    try:
        code, message, got = link.call(job, tensors)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata() or ())
        return {'status': error.code().name, 'message': error.details(), 'code': trailers.get('bittensor-return-code')}
    elapsed = (time.perf_counter() - started) * 1000
    same = [[one.buffer, list(one.shape), one.dtype] for one in got] == [[one.buffer, list(one.shape), one.dtype] for one in tensors]
    out = {'code': code, 'message': message, 'same': same, 'ms': round(elapsed, 2)}
    if job.get('reply'):
        sent, back = wire.floats_of(pb, tensors[0]), wire.floats_of(pb, got[0])
        row = max(abs(value) for value in sent)
        out['error'] = max(abs(a - b) for a, b in zip(sent, back, strict=True)) / row
        out['form'] = [got[0].encoding, got[0].compression]
    return out


channel, key_hash = open_channel()
try:
    link = Unary(channel, key_hash) if mode == 'unary' else Exchange(channel, key_hash)
except grpc.RpcError as error:
    trailers = dict(error.trailing_metadata() or ())
    print(json.dumps({'status': error.code().name, 'message': error.details(), 'code': trailers.get('bittensor-return-code')}))
    sys.exit(0)
for line in sys.stdin:
    print(json.dumps(answer(link, json.loads(line))), flush=True)
if mode != 'unary':
    link.close()
channel.close()
