"""What wallet.test.ts asks of the official packages and of Python's cryptography: a JSON list of jobs on stdin, one of answers on stdout."""

import base64
import ctypes
import hashlib
import json
import os
import sys


def official(job):
    from bittensor_wallet import Wallet

    return Wallet(name=job["wallet"], hotkey=job.get("hotkey", "default"), path=job["path"])


def keyfile_of(job):
    wallet = official(job)
    return wallet.coldkey_file if job["which"] == "coldkey" else wallet.hotkey_file


def write(job):
    """A key of the official making: from words, from a seed, or from a secret URI."""
    from bittensor_wallet import Keypair

    wallet, kind, secret = official(job), job["kind"], job["secret"]
    make = {"words": Keypair.create_from_mnemonic, "seed": Keypair.create_from_seed, "uri": Keypair.create_from_uri}
    keypair = make[kind](secret)
    password = job.get("password")
    if job["which"] == "coldkey":
        wallet.set_coldkey(keypair, encrypt=bool(password), overwrite=True, coldkey_password=password)
        wallet.set_coldkeypub(keypair, overwrite=True)
    else:
        wallet.set_hotkey(keypair, encrypt=bool(password), overwrite=True, hotkey_password=password)
        wallet.set_hotkeypub(keypair, overwrite=True)
    return {"address": keypair.ss58_address}


def read(job):
    """The address, and a signature, of a key file that we wrote; as the official wallet reads it."""
    for name, value in job.get("env", {}).items():
        os.environ[name] = value
    keypair = keyfile_of(job).get_keypair(job.get("password"))
    return {"address": keypair.ss58_address, "signature": "0x" + keypair.sign(job["message"]).hex()}


def verify(job):
    from bittensor_wallet import Keypair

    return {"valid": Keypair(ss58_address=job["address"]).verify(job["message"], job["signature"])}


def env(job):
    keyfile = keyfile_of(job)
    keyfile.save_password_to_env(job["password"])
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    name = keyfile.env_var_name()
    # The package sets it below Python's own copy of the environment.
    return {"name": name, "value": getenv(name.encode()).decode()}


def ansible(job):
    from bittensor_wallet import keyfile

    content = keyfile.legacy_encrypt_keyfile_data(job["content"].encode(), job["password"])
    return {"file": base64.b64encode(bytes(content)).decode()}


def fernet(job):
    from cryptography.fernet import Fernet

    salt = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins"
    key = hashlib.pbkdf2_hmac("sha256", job["password"].encode(), salt, 10_000_000, 32)
    token = Fernet(base64.urlsafe_b64encode(key)).encrypt(job["content"].encode())
    return {"file": base64.b64encode(token).decode()}


def strong(job):
    """Opens our own form by docs/wallet.md alone."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    file = base64.b64decode(job["file"])
    assert file[:8] == b"$BTNODE\x01"
    memory, passes = (int.from_bytes(file[at : at + 4], "little") for at in (8, 12))
    salt, nonce, header = file[16:32], file[32:44], file[:44]
    kdf = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=memory)
    key = kdf.derive(job["password"].encode())
    content = ChaCha20Poly1305(key).decrypt(nonce, file[44:], header)
    return {"content": content.decode(), "memory": memory, "passes": passes}


def hotkeys_cli(job):
    """What btcli 9.23 lists as the hotkeys of a wallet."""
    from bittensor_cli.src.bittensor.utils import get_hotkey_wallets_for_wallet

    wallets = get_hotkey_wallets_for_wallet(official(job), show_nulls=False, show_encrypted=True)
    return {"names": sorted(wallet.hotkey_str for wallet in wallets)}


def hotkeys_sdk11(job):
    """What bittensor 11.3 lists."""
    from bittensor.wallets import list_wallets

    return {"names": sorted(list_wallets(job["path"])[job["wallet"]])}


def read_sdk11(job):
    from bittensor.wallet import Wallet

    wallet = Wallet(name=job["wallet"], hotkey=job.get("hotkey", "default"), path=job["path"])
    keyfile = wallet.coldkey_file if job["which"] == "coldkey" else wallet.hotkey_file
    return {"address": keyfile.get_keypair(job.get("password")).ss58_address}


def answer(job):
    try:
        return globals()[job["do"]](job)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


# The packages print to stdout what they do; the answers go where nothing else does.
out = os.dup(1)
os.dup2(2, 1)
answers = [answer(job) for job in json.load(sys.stdin)]
os.write(out, json.dumps(answers).encode())
