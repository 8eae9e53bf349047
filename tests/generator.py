"""The values that docs/protocol.md says every engine makes, written a second time."""

from __future__ import annotations

MASK = (1 << 64) - 1


def mix(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def raw(seed: int, position: int, tensor: int, count: int) -> list[int]:
    """u(0) to u(count - 1) of the tensor with that number."""
    stream = mix((mix((mix(seed) + position) & MASK) + tensor) & MASK)
    return [mix((stream + (i + 1) * 0x9E3779B97F4A7C15) & MASK) for i in range(count)]


def real(number: int, low: float, high: float) -> float:
    return low + (high - low) * ((number >> 40) / 2**24)
