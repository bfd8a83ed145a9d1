"""``python -m callcenter.cli``: the same as the command ``callcenter``."""

from __future__ import annotations

from callcenter.cli import main

main(prog_name="callcenter")
