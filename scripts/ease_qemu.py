"""Makes QEMU's emulation of fp32 multiply-adds ten times faster on Intel CPUs since Sapphire Rapids. Usage: ease_qemu.py PROGRAM

TCG runs SVE's 256-bit operations in AVX registers and leaves their upper halves dirty while it calls a helper. The helper for
multiply-adds mixes SSE code with the C library's fmaf, one AVX instruction; with dirty upper halves each change between the two
costs these CPUs some 150 ns (docs/facts.md). A vzeroupper before that instruction ends it: all vector registers belong to the
called function, so none of the caller's is lost. The function is found by its exact bytes and the padding after it, which takes
the three more; where they are not found once, the program stays as it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

VZEROUPPER = bytes.fromhex("c5f877")
PADDING = bytes.fromhex("662e0f1f840000000000")
# vfmadd213ss xmm0, xmm1, xmm2 and vfmadd213sd, each followed by ret.
FUNCTIONS = {"fmaf": bytes.fromhex("c4e271a9c2c3"), "fma": bytes.fromhex("c4e2f1a9c2c3")}


def eased(program: bytes) -> bytes:
    for name, body in FUNCTIONS.items():
        if program.count(body + PADDING) == 1:
            replacement = VZEROUPPER + body
            program = program.replace(body + PADDING, replacement + PADDING[len(VZEROUPPER) :])
        else:
            print(f"ease_qemu: {name} was not found; emulation works, but may be slow", file=sys.stderr)
    return program


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_bytes(eased(path.read_bytes()))
