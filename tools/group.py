"""Prints the packages of one dependency group of ``pyproject.toml``, one a line.

``pip-compile`` and older ``pip`` do not read dependency groups; ``make lock`` pipes this to them.
"""

import sys
import tomllib
from pathlib import Path


def packages(groups: dict[str, list[str | dict[str, str]]], name: str) -> list[str]:
    """The requirements of ``name`` with those of the groups it includes."""
    found: list[str] = []
    for entry in groups[name]:
        if isinstance(entry, str):
            found.append(entry)
        else:
            found += packages(groups, entry["include-group"])
    return found


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(packages(project["dependency-groups"], sys.argv[1])) + "\n")
