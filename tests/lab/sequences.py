"""The sequences of failures by their names, each played from an empty lab to what came of it.

``python -m tests.lab.sequences NAME`` plays one and prints it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from .broken import Told, asterisk_restarts, network_fails, ours_restarts
from .lab import Lab
from .product import Product
from .store import server_fails, store_fails

Sequence = Callable[[Lab, Product], Awaitable[Told]]
SEQUENCES: dict[str, tuple[int, Sequence]] = {
    "ours": (22, ours_restarts),
    "asterisk22": (22, asterisk_restarts),
    "asterisk16": (16, asterisk_restarts),
    "network": (22, network_fails),
    "store": (22, store_fails),
    "server": (22, server_fails),
}


async def play(name: str, folder: Path) -> Told:
    """One sequence from an empty lab to what came of it; what goes wrong is raised."""
    version, sequence = SEQUENCES[name]
    async with Lab(version, sites=5) as lab:
        product = Product(lab, folder, queue_log=True)
        try:
            await product.start()
            return await sequence(lab, product)
        finally:
            await product.stop()


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        found = asyncio.run(play(sys.argv[1], Path(place)))
        found.pop("spans")
        print(json.dumps(found, indent=1, default=str, ensure_ascii=False))
