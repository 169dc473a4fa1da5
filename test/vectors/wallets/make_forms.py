"""Makes forms.json and legacy/legacy_fernet_coldkey: key files of every encrypted form, good and bad, by Python's `cryptography`
and PyNaCl alone, with the password and the words of README.md. Run: python make_forms.py, in an environment with both."""

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2i, Argon2id
from nacl.secret import SecretBox

HERE = Path(__file__).parent
PASSWORD = b"Conformance-Pw-1!"
NACL_SALT = bytes.fromhex("137183dff15a09bc9c90b5518739e9b1")
LEGACY_SALT = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins"
KEY = (HERE / "plain12/coldkey").read_bytes()
# What the tests take instead of the costs of real files.
MEMORY_KIB, PASSES, ROUNDS = 8, 1, 1


def nacl(content, password=PASSWORD, salt=NACL_SALT, nonce=None):
    kdf = Argon2i(salt=salt, length=32, iterations=PASSES, lanes=1, memory_cost=MEMORY_KIB)
    return b"$NACL" + bytes(SecretBox(kdf.derive(password)).encrypt(content, nonce or os.urandom(24)))


def strong(content, password=PASSWORD, version=1, memory=MEMORY_KIB, passes=PASSES, aad=None):
    salt, nonce = os.urandom(16), os.urandom(12)
    header = b"$BTNODE" + bytes([version]) + memory.to_bytes(4, "little") + passes.to_bytes(4, "little") + salt + nonce
    # Parameters that a reader refuses before it derives anything need no right key.
    cheap = 8 <= memory <= 1024 and 0 < passes < 100
    kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory) if cheap else None
    key = kdf.derive(password) if kdf else bytes(32)
    return header + ChaCha20Poly1305(key).encrypt(nonce, content, header if aad is None else aad)


def fernet(content, password=PASSWORD, rounds=ROUNDS):
    key = hashlib.pbkdf2_hmac("sha256", password, LEGACY_SALT, rounds, 32)
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(content)


def ansible(content, password=PASSWORD, pad=True, mac=None, lines=80, header=b"$ANSIBLE_VAULT;1.1;AES256"):
    salt = os.urandom(32)
    keys = hashlib.pbkdf2_hmac("sha256", password, salt, 10_000, 80)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(content) + padder.finalize() if pad else content
    encryptor = Cipher(algorithms.AES256(keys[:32]), modes.CTR(keys[64:])).encryptor()
    encrypted = encryptor.update(padded) + encryptor.finalize()
    tag = mac or hmac.new(keys[32:64], encrypted, hashlib.sha256).digest()
    inner = b"\n".join(part.hex().encode() for part in (salt, tag, encrypted)).hex().encode()
    return b"\n".join([header, *(inner[i : i + lines] for i in range(0, len(inner), lines))])



def token(version=0x80, iv=None, content=KEY, password=PASSWORD):
    """A Fernet token by hand, to be made wrong."""
    key = hashlib.pbkdf2_hmac("sha256", password, LEGACY_SALT, ROUNDS, 32)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES128(key[16:]), modes.CBC(iv or bytes(16))).encryptor()
    encrypted = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    body = bytes([version]) + bytes(8) + (iv or bytes(16)) + encrypted
    return base64.urlsafe_b64encode(body + hmac.new(key[:16], body, hashlib.sha256).digest())


def cases():
    nothing, words = b"", b"abandon abandon about"
    other = b'{"publicKey":"0x00"}'
    array = b"[1,2,3]"
    latin = "clé".encode("latin-1")
    for form, make in (("nacl", nacl), ("strong", strong), ("fernet", fernet), ("ansible", ansible)):
        yield form, "a key", make(KEY), "key"
        yield form, "a key, written over several lines", make(json.dumps(json.loads(KEY), indent=2).encode()), "key"
        yield form, "another password", make(KEY, password=b"another one"), "wrong_password"
        yield form, "the same password and one blank", make(KEY, password=PASSWORD + b" "), "wrong_password"
        yield form, "text that is no JSON", make(words), "decrypted"
        yield form, "JSON that is no key", make(other), "decrypted"
        yield form, "JSON that is no object", make(array), "decrypted"
        yield form, "bytes that are no text", make(latin), "decrypted"
        yield form, "a whole encrypted file", make(make(KEY)), "decrypted"
        yield form, "nothing", make(nothing), "decrypted"
        good = make(KEY)
        yield form, "cut by one byte", good[:-1], "refused"
        yield form, "cut in the middle", good[: len(good) // 2], "refused"
        yield form, "nothing but its first bytes", good[:14], "refused"
        yield form, "one byte more", good + b"\0", "refused"
        yield form, "twice the same", good + good, "refused"
    yield "nacl", "another salt than the one of all files", nacl(KEY, salt=bytes(16)), "wrong_password"
    yield "nacl", "no content and a right tag", nacl(b"")[:45], "decrypted"
    yield "nacl", "the nonce but no tag", b"$NACL" + bytes(24), "bad_key_file"
    yield "strong", "a version to come", strong(KEY, version=2), "bad_key_file"
    yield "strong", "version zero", strong(KEY, version=0), "bad_key_file"
    yield "strong", "a header that nothing covers", strong(KEY, aad=b""), "wrong_password"
    yield "strong", "more memory than any machine has", strong(KEY, memory=0xFFFF_FFFF), "bad_key_file"
    yield "strong", "no memory", strong(KEY, memory=0), "bad_key_file"
    yield "strong", "no passes", strong(KEY, passes=0), "bad_key_file"
    yield "strong", "passes without end", strong(KEY, passes=0xFFFF_FFFF), "bad_key_file"
    yield "fernet", "a token of a fixed time", token(), "key"
    yield "fernet", "another version", token(version=0x81), "refused"
    good = fernet(KEY)
    yield "fernet", "a line end", good + b"\n", "key"
    yield "fernet", "a line end of Windows", good + b"\r\n", "key"
    yield "fernet", "two line ends", good + b"\n\n", "bad_key_file"
    yield "fernet", "a blank inside", good[:100] + b" " + good[100:], "bad_key_file"
    yield "fernet", "the other alphabet of base64", base64.b64encode(base64.urlsafe_b64decode(good)), "refused"
    yield "fernet", "no padding", good.rstrip(b"="), "refused" if good.endswith(b"=") else "key"
    yield "fernet", "only a header", base64.urlsafe_b64encode(b"\x80" + bytes(56)), "bad_key_file"
    yield "ansible", "a line end", ansible(KEY) + b"\n", "key"
    yield "ansible", "two line ends", ansible(KEY) + b"\n\n", "bad_key_file"
    yield "ansible", "line ends of Windows", ansible(KEY).replace(b"\n", b"\r\n"), "bad_key_file"
    yield "ansible", "short lines", ansible(KEY, lines=64), "bad_key_file"
    yield "ansible", "one long line", ansible(KEY, lines=1 << 20), "bad_key_file"
    yield "ansible", "a later header with a label", ansible(KEY, header=b"$ANSIBLE_VAULT;1.2;AES256;me"), "bad_key_file"
    yield "ansible", "another cipher", ansible(KEY, header=b"$ANSIBLE_VAULT;1.1;AES128"), "bad_key_file"
    yield "ansible", "capital digits", ansible(KEY).upper(), "bad_key_file"
    yield "ansible", "no padding", ansible(b" " * 15 + b"{", pad=False), "wrong_password"
    yield "ansible", "a length that is no block", ansible(KEY[:33], pad=False), "bad_key_file"
    yield "ansible", "another checksum", ansible(KEY, mac=bytes(32)), "wrong_password"
    yield "ansible", "a short checksum", ansible(KEY, mac=bytes(31)), "bad_key_file"
    yield "ansible", "nothing but a header", b"$ANSIBLE_VAULT;1.1;AES256\n", "bad_key_file"


rows = [
    {"id": i + 1, "form": form, "about": about, "file": base64.b64encode(file).decode(), "result": result}
    for i, (form, about, file, result) in enumerate(cases())
]
(HERE / "forms.json").write_text(
    json.dumps({"password": PASSWORD.decode(), "costs": {"memoryKiB": MEMORY_KIB, "passes": PASSES, "rounds": ROUNDS}, "cases": []})[:-3]
    + "[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]}\n"
)
(HERE / "legacy/legacy_fernet_coldkey").write_bytes(fernet(KEY, rounds=10_000_000))
print(len(rows), "cases")
