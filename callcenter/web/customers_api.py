"""Customers: search, one, new, changed. Every role may: who takes a call keeps the directory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from ..domain.customer import Alert, Customer, CustomerNumber, FieldValue
from ..ports.clock import Clock
from ..ports.directory import Directory
from ..ports.errors import StoreRefused
from ..services.access import SignedIn
from .bodies import Query, answer, body_of, instant, instant_or_none, ms_of
from .codes import Code, Refusal
from .operations import Operation, Param

Short = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Tags = Annotated[list[Short], Meta(max_length=100)]
Fields = dict[Short, FieldValue]
Notes = Annotated[str, Meta(max_length=20_000)]


class NumberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A number as a person writes it."""

    raw: Annotated[str, Meta(min_length=1, max_length=60)]
    label: Short = ""


Numbers = Annotated[list[NumberBody], Meta(max_length=50)]


class AlertBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A warning for every agent; ``until`` RFC 3339, null until it is taken away."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]
    until: str | None = None


class NewCustomer(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer to be stored."""

    name: Name
    code: Short = ""
    tier: Short = ""
    organisation: Short = ""
    language: Short = ""
    numbers: Numbers = []
    tags: Tags = []
    fields: Fields = {}
    alert: AlertBody | None = None
    notes: Notes = ""


class CustomerChanges(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What shall change; what is not given stays. Lists and maps replace the old ones whole."""

    name: Name | UnsetType = UNSET
    code: Short | UnsetType = UNSET
    tier: Short | UnsetType = UNSET
    organisation: Short | UnsetType = UNSET
    language: Short | UnsetType = UNSET
    numbers: Numbers | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET
    alert: AlertBody | UnsetType | None = UNSET
    notes: Notes | UnsetType = UNSET


class NumberShape(Struct, frozen=True):
    """One number of a customer; ``e164`` empty when it makes none."""

    raw: str
    e164: str
    national: str
    label: str


class AlertShape(Struct, frozen=True):
    """A warning, by whom and since when."""

    text: str
    author: str
    at: str
    until: str | None


class CustomerShape(Struct, frozen=True):
    """A customer of the directory."""

    id: int
    name: str
    code: str
    tier: str
    organisation: str
    language: str
    numbers: list[NumberShape]
    tags: list[str]
    fields: dict[str, FieldValue]
    alert: AlertShape | None
    notes: str
    created_at: str
    updated_at: str


class CustomersFound(Struct, frozen=True):
    """The customers that a search found, the best first."""

    items: list[CustomerShape]


MOST_IDS = 500
"""Customers asked for by id at once: those of a page of calls."""


class CustomersApi:
    """The directory over HTTP."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        path = "/api/v1/customers"
        params = (
            Param("q", "Beginnings of words of name or code, or of a number."),
            Param("limit", "1 to 100; 20 when not given.", int),
            Param("ids", "Instead of q: customers by id, with commas; unknown ones are left out."),
        )
        return [
            Operation(
                method="GET",
                path=path,
                summary="Searches customers by name, code or number.",
                handler=self.search,
                params=params,
                answer=CustomersFound,
            ),
            Operation(
                method="POST",
                path=path,
                summary="A new customer.",
                handler=self.create,
                body=NewCustomer,
                answer=CustomerShape,
                status=201,
            ),
            Operation(
                method="GET",
                path=path + "/{id}",
                summary="One customer.",
                handler=self.get,
                answer=CustomerShape,
            ),
            Operation(
                method="PATCH",
                path=path + "/{id}",
                summary="Changes a customer; what is not given stays.",
                handler=self.change,
                body=CustomerChanges,
                answer=CustomerShape,
            ),
        ]

    async def search(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/customers"""
        query = Query(request)
        query.known("q", "limit", "ids")
        ids = query.texts("ids", MOST_IDS)
        if ids:
            return answer(CustomersFound(await self._by_id(ids)))
        text = query.text("q").strip()
        if not text:
            raise Refusal(Code.BAD_VALUE, "Say what to look for: q is empty.")
        found = await self._directory.search(text, query.number("limit", 1, 100) or 20)
        return answer(CustomersFound([customer_shape(customer) for customer in found]))

    async def _by_id(self, ids: Sequence[str]) -> list[CustomerShape]:
        wrong = next((one for one in ids if not one.isascii() or not one.isdigit()), None)
        if wrong is not None or any(len(one) > 18 for one in ids):
            raise Refusal(Code.BAD_VALUE, f"ids has {(wrong or 'a number too long')[:40]!r}.")
        found = [await self._directory.get(int(one)) for one in dict.fromkeys(ids)]
        return [customer_shape(customer) for customer in found if customer is not None]

    async def get(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/customers/{id}"""
        return answer(customer_shape(await self._customer(request)))

    async def create(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """POST /api/v1/customers"""
        body = await body_of(request, NewCustomer)
        try:
            made = await self._directory.create(
                name=body.name,
                numbers=[(number.raw, number.label) for number in body.numbers],
                code=body.code,
                tier=body.tier,
                organisation=body.organisation,
                language=body.language,
                tags=body.tags,
                fields=dict(body.fields),
                alert=self._alert(body.alert, who),
                notes=body.notes,
            )
        except StoreRefused as refused:
            raise Refusal(Code.CONFLICT, refused.sentence) from refused
        return answer(customer_shape(made), 201)

    async def change(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """PATCH /api/v1/customers/{id}"""
        body = await body_of(request, CustomerChanges)
        former = await self._customer(request)
        given = {
            name: getattr(body, name)
            for name in body.__struct_fields__
            if getattr(body, name) is not UNSET
        }
        if not isinstance(body.numbers, UnsetType):
            given["numbers"] = [CustomerNumber(raw=n.raw, label=n.label) for n in body.numbers]
        if not isinstance(body.alert, UnsetType):
            given["alert"] = self._alert(body.alert, who)
        try:
            stored = await self._directory.update(msgspec.structs.replace(former, **given))
        except StoreRefused as refused:
            raise Refusal(Code.CONFLICT, refused.sentence) from refused
        return answer(customer_shape(stored))

    async def _customer(self, request: web.Request) -> Customer:
        text = request.match_info["id"]
        customer = None
        if text.isascii() and text.isdigit() and len(text) <= 15:
            customer = await self._directory.get(int(text))
        if customer is None:
            raise Refusal(Code.NOT_FOUND, f"There is no customer {text[:40]!r}.")
        return customer

    def _alert(self, body: AlertBody | None, who: SignedIn) -> Alert | None:
        if body is None:
            return None
        until = None if body.until is None else ms_of(body.until, "alert.until")
        return Alert(text=body.text, author=who.name, at=self._clock.wall_ms(), until=until)


def customer_shape(customer: Customer) -> CustomerShape:
    """The customer for the API."""
    alert = customer.alert
    return CustomerShape(
        id=customer.id,
        name=customer.name,
        code=customer.code,
        tier=customer.tier,
        organisation=customer.organisation,
        language=customer.language,
        numbers=[NumberShape(n.raw, n.e164, n.national, n.label) for n in customer.numbers],
        tags=customer.tags,
        fields=customer.fields,
        alert=None
        if alert is None
        else AlertShape(alert.text, alert.author, instant(alert.at), instant_or_none(alert.until)),
        notes=customer.notes,
        created_at=instant(customer.created_at),
        updated_at=instant(customer.updated_at),
    )
