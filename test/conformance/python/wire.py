"""docs/protocol.md in Python: what is signed and how tensors travel, from the .proto and that page alone."""

import hashlib
import importlib
import ipaddress
import os
import ssl
import struct
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

import sr25519
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc_tools import protoc

VERSION = '2.0.0'
HOTKEY_OID = x509.ObjectIdentifier('2.25.200914775577662865956323463719961654048')
HEAD_HEADER = 'bittensor-request-bin'
INLINE_BYTES = 256 * 1024
PART_BYTES = 256 * 1024
WINDOW_BYTES = 4 * 1024 * 1024
FLOAT32, INT64, UTF8 = 1, 4, 5
SUCCESS = 1


def load(proto):
    """The modules that protoc makes of the .proto."""
    out = tempfile.mkdtemp(prefix='wire-')
    folder, name = os.path.split(proto)
    if protoc.main(['', f'-I{folder}', f'--python_out={out}', f'--grpc_python_out={out}', name]) != 0:
        raise SystemExit('protoc failed')
    sys.path.insert(0, out)
    stem = name.removesuffix('.proto')
    return importlib.import_module(f'{stem}_pb2'), importlib.import_module(f'{stem}_pb2_grpc')


def u8(value):
    return struct.pack('<B', value)


def u32(value):
    return struct.pack('<I', value)


def u64(value):
    return struct.pack('<Q', value)


def text(value):
    encoded = value.encode()
    return u32(len(encoded)) + encoded


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


class Key:
    """An sr25519 key pair of a 32-byte seed."""

    def __init__(self, seed):
        self.pair = sr25519.pair_from_seed(seed)
        self.public = self.pair[0]
        self.text = '0x' + self.public.hex()

    def sign(self, purpose, digest):
        return sr25519.sign(self.pair, signed_bytes(purpose, digest))


def signed_bytes(purpose, digest):
    return f'bittensor-net/2 {purpose}\0'.encode() + digest


def verify(public, purpose, digest, signature):
    return len(signature) == 64 and sr25519.verify(signature, signed_bytes(purpose, digest), public)


def network_form(network):
    return u8(len(network)) + network


def tensors_digest(tensors):
    parts = [u32(len(tensors))]
    for tensor in tensors:
        parts.append(bytes([tensor.dtype, tensor.modality, int(tensor.requires_grad), tensor.encoding, tensor.compression]))
        parts.append(u32(len(tensor.shape)) + b''.join(struct.pack('<q', size) for size in tensor.shape))
        parts += [u64(len(tensor.scales)), tensor.scales, u64(len(tensor.buffer)), tensor.buffer]
    return sha256(*parts)


def request_digest(head):
    return sha256(
        network_form(head.network),
        u8(head.method),
        head.caller,
        head.receiver,
        text(head.synapse_key),
        u64(head.nonce),
        u64(head.parameter_version),
        head.tensors_digest,
    )


def reply_digest(request, responder, reply, digest):
    """`reply`: a ReplyHead or a TensorMessage, which name these fields alike."""
    return sha256(
        request,
        responder,
        u32(reply.return_code),
        text(reply.message),
        u64(reply.parameter_version),
        u64(reply.time),
        digest,
    )


def hello_digest(hello, server_key_hash, server, challenge):
    return sha256(network_form(hello.network), server_key_hash, hello.caller, server, challenge, u64(hello.expiry))


def now_us():
    return time.time_ns() // 1000


class Nonces:
    def __init__(self):
        self.last = 0

    def next(self):
        self.last = max(self.last + 1, now_us())
        return self.last


def float_tensor(pb, values, shape):
    """`values`: float32, little endian."""
    return pb.Tensor(version=VERSION, buffer=values, shape=shape, dtype=FLOAT32)


def floats_of(pb, tensor):
    """The numbers of a FLOAT32 tensor in whichever form it travels."""
    buffer = tensor.buffer
    if tensor.compression == pb.ZSTD:
        buffer = zstandard.ZstdDecompressor().decompress(buffer)
    if tensor.encoding == pb.BF16:
        halves = struct.unpack(f'<{len(buffer) // 2}H', buffer)
        buffer = struct.pack(f'<{len(halves)}I', *(half << 16 for half in halves))
    if tensor.encoding == pb.SCALED_INT8:
        scales = struct.unpack(f'<{len(tensor.scales) // 4}f', tensor.scales)
        row = tensor.shape[-1]
        return [value * scales[i // row] for i, value in enumerate(struct.unpack(f'<{len(buffer)}b', buffer))]
    return list(struct.unpack(f'<{len(buffer) // 4}f', buffer))


def parts_of(body):
    return [body[i : i + PART_BYTES] for i in range(0, len(body), PART_BYTES)]


def spki_hash(certificate):
    spki = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(spki)


def read_certificate(pem):
    """The hotkey that a certificate is bound to, and the hash of its key; raises where the proof is wrong."""
    certificate = x509.load_pem_x509_certificate(pem)
    proof = certificate.extensions.get_extension_for_oid(HOTKEY_OID).value.value
    if proof[:2] != b'\x30\x64' or proof[2:4] != b'\x04\x20' or proof[36:38] != b'\x04\x40' or len(proof) != 102:
        raise ValueError('the extension is not a hotkey and its signature')
    hotkey, signature = proof[4:36], proof[38:]
    key_hash = spki_hash(certificate)
    if not verify(hotkey, 'tls', key_hash, signature):
        raise ValueError('the hotkey did not sign the key of the certificate')
    return hotkey, key_hash


def probe(port):
    """The certificate (PEM) that a server shows."""
    return ssl.get_server_certificate(('127.0.0.1', port)).encode()


def make_certificate(key):
    """A new key and a certificate bound to the hotkey: both PEM, and the hash of the key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'axon.bittensor')])
    spki = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    proof = b'\x30\x64\x04\x20' + key.public + b'\x04\x40' + key.sign('tls', sha256(spki))
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName('axon.bittensor'), x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), False)
        .add_extension(x509.UnrecognizedExtension(HOTKEY_OID, proof), False)
        .sign(private, hashes.SHA256())
    )
    key_pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.PEM), key_pem, sha256(spki)
