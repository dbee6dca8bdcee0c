"""Files that have come to harm."""

from __future__ import annotations


def turned(content: bytes, bit: int) -> bytes:
    """Return a content with one bit turned."""
    at = bit // 8
    return content[:at] + bytes([content[at] ^ (1 << bit % 8)]) + content[at + 1 :]
