"""Keys that sign what must not be forged: files of their own, never in the database."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from liftos_agents.errors import ConfigurationError


class SigningKey:
    """An Ed25519 key in `folder/<purpose>.ed25519`, made at first use and readable by its owner alone.

    Args:
        folder: Where keys are kept, `<home>/keys` by default of the house.
        purpose: What it signs: the head of the `trace`'s chain, or a `promotion`.

    Raises:
        ConfigurationError: The file holds no key, or others may read it.
    """

    def __init__(self, folder: Path, purpose: str = "trace") -> None:
        self.path = folder / f"{purpose}.ed25519"
        self._key = _load(self.path) or _create(self.path)
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, content: bytes) -> str:
        """The signature of `content`, 128 hex digits."""
        return self._key.sign(content).hex()


def signed_by(public: str, signature: str, content: bytes) -> bool:
    """Whether `signature` (hex) is that of the key `public` (hex) over `content`."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _load(path: Path) -> Ed25519PrivateKey | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigurationError(
            "other users may read a key that signs",
            where=str(path),
            fix="Run: chmod 600 on that file",
        )
    if len(content) != 32:
        raise ConfigurationError(
            "the file holds no Ed25519 key",
            where=str(path),
            fix="Put the right file back; without it nothing can be signed",
        )
    return Ed25519PrivateKey.from_private_bytes(content)


def _create(path: Path) -> Ed25519PrivateKey:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    # Written whole under another name first: of two processes that race, one link wins and both read it.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key.private_bytes_raw())
        os.fsync(descriptor)
        os.close(descriptor)
        os.link(draft, path)
    except FileExistsError:
        return _load(path) or key
    finally:
        draft.unlink(missing_ok=True)
    return key
