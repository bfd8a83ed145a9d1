"""A small contact centre: the lab's Asterisk, our service, its directory, the people who sign in.

Everything is made as an operator makes it: customers by ``callcenter customers import``, users by
``callcenter user add`` with the password on standard input.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.lab.lab import Lab
from tests.lab.product import Product

PASSWORD = "a long enough password"

MARYAM = ("مریم حسینی‌نژاد", "+989121110001")
SECOND = ("Omid Karimi", "+989121110002")
KILLED = ("Shirin Davari", "+989121110003")
OFFLINE = ("Noa Levi", "+989121110004")
RELOADED = ("Farhad Amini", "+989121110005")
RINGALL = ("Dana Cohen", "+989121110006")
HIDDEN = ("Secret Person", "+989121110007")
SHARED = "+989121110010"
SHARERS = ("Ali Rad", "Sima Rad", "Rad Trading")
CUSTOMERS = f"""name;phone;code;tier;organisation;tags
{MARYAM[0]};0912 111 0001;40218;gold;آرمان‌گستر پارس;قرارداد سالانه
{SECOND[0]};{SECOND[1]};40219;;;
{KILLED[0]};{KILLED[1]};40220;;;
{OFFLINE[0]};{OFFLINE[1]};40221;;;
{RELOADED[0]};{RELOADED[1]};40222;;;
{RINGALL[0]};{RINGALL[1]};40223;;;
{HIDDEN[0]};{HIDDEN[1]};40224;;;
{SHARERS[0]};{SHARED};40225;;;
{SHARERS[1]};{SHARED};40226;;;
{SHARERS[2]};{SHARED};40227;;Rad Trading Co.;
"""


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    name: str
    lang: str


class BrowserProduct(Product):
    """The product in a time zone where it is about noon: "in one hour" is still today."""

    def _settings(self) -> str:
        hour = datetime.now(UTC).hour
        # POSIX turns the sign round: Etc/GMT-3 is three hours ahead of Greenwich.
        ahead = max(-12, min(14, 12 - hour))
        zone = "UTC" if ahead == 0 else f"Etc/GMT{-ahead:+d}"
        return super()._settings().replace('timezone = "UTC"', f'timezone = "{zone}"')

    def put(self, path: str, body: dict[str, Any]) -> None:
        """PUT with the token; raises ``OSError`` when the answer is no success."""
        request = urllib.request.Request(
            f"{self.base}{path}",
            method="PUT",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10):
            pass

    @property
    def base(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"


class Centre:
    """Asterisk, the service and its people."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab()
        self.product = BrowserProduct(self.lab, folder)
        self._folder = folder
        self._people: dict[str, Person] = {}

    async def start(self) -> None:
        """Asterisk up, the service up, the directory full."""
        await self.lab.__aenter__()
        await self.product.start()
        file = self._folder / "customers.csv"
        file.write_text(CUSTOMERS, encoding="utf-8-sig")
        await self.product.command("customers", "import", str(file), "--shared-numbers")

    async def stop(self) -> None:
        """Ends both, whatever state they are in."""
        try:
            await self.product.stop()
        finally:
            await self.lab.__aexit__()

    async def agent(self, extension: str, lang: str = "en") -> Person:
        """The user at this phone; made on first use, with this language for his pages."""
        return await self._person(
            f"agent{extension}", "agent", lang, "--agent", f"pbx1:PJSIP/{extension}"
        )

    async def supervisor(self, lang: str = "en") -> Person:
        """A user who sees the wall and has no phone; made on first use."""
        return await self._person(f"supervisor{lang}", "supervisor", lang)

    async def _person(self, name: str, role: str, lang: str, *more: str) -> Person:
        if name not in self._people:
            await self.product.command(
                *("user", "add", name, "--role", role, "--lang", lang, *more), stdin=PASSWORD + "\n"
            )
            self._people[name] = Person(name, lang)
        return self._people[name]

    async def call(self, call: str) -> dict[str, Any]:
        """One call as the API tells it."""
        found: dict[str, Any] = await self.product.get(f"/api/v1/calls/{quote(call, safe='')}")
        return dict(found)
