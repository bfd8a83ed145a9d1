"""Customers as rows: one row of themselves, one for each number, one for each search word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, select

from callcenter.domain.customer import Alert, Customer, CustomerNumber, FieldValue

from .tables import customer_numbers as numbers
from .tables import customers

_encoder = msgspec.json.Encoder()
_tags: msgspec.json.Decoder[list[str]] = msgspec.json.Decoder(list[str])
_fields: msgspec.json.Decoder[dict[str, FieldValue]] = msgspec.json.Decoder(dict[str, FieldValue])
_alert: msgspec.json.Decoder[Alert] = msgspec.json.Decoder(Alert)


def whole(which: ColumnElement[bool]) -> Select[Any]:
    """Customers with their numbers, a row for each number, in the order of ``customers_of``."""
    return (
        select(
            customers.c.id,
            customers.c.name,
            customers.c.code,
            customers.c.tier,
            customers.c.organisation,
            customers.c.language,
            customers.c.tags,
            customers.c.fields,
            customers.c.alert,
            customers.c.notes,
            customers.c.created_at,
            customers.c.updated_at,
            numbers.c.raw,
            numbers.c.e164,
            numbers.c.label,
            numbers.c.national,
            numbers.c.region,
            numbers.c.digits,
        )
        .select_from(customers.outerjoin(numbers, numbers.c.customer_id == customers.c.id))
        .where(which)
        .order_by(customers.c.id, numbers.c.position)
    )


def customers_of(rows: Iterable[Sequence[Any]]) -> list[Customer]:
    """The customers in the rows of ``whole``."""
    found: dict[int, Customer] = {}
    for row in rows:
        customer = found.get(row[0])
        if customer is None:
            customer = found[row[0]] = Customer(
                id=row[0],
                name=row[1],
                code=row[2],
                tier=row[3],
                organisation=row[4],
                language=row[5],
                tags=_tags.decode(row[6]),
                fields=_fields.decode(row[7]),
                alert=None if row[8] is None else _alert.decode(row[8]),
                notes=row[9],
                created_at=row[10],
                updated_at=row[11],
            )
        if row[12] is not None:
            customer.numbers.append(CustomerNumber(*row[12:18]))
    return list(found.values())


def customer_row(customer: Customer) -> dict[str, object]:
    """The row of a customer without its id and numbers."""
    return {
        "name": customer.name,
        "code": customer.code,
        "tier": customer.tier,
        "organisation": customer.organisation,
        "language": customer.language,
        "tags": _encoder.encode(customer.tags).decode(),
        "fields": _encoder.encode(customer.fields).decode(),
        "alert": None if customer.alert is None else _encoder.encode(customer.alert).decode(),
        "notes": customer.notes,
        "created_at": customer.created_at,
        "updated_at": customer.updated_at,
    }


def number_rows(customer: Customer) -> list[dict[str, object]]:
    """The rows of its numbers, in their order."""
    return [
        {
            "customer_id": customer.id,
            "position": position,
            "raw": number.raw,
            "e164": number.e164,
            "label": number.label,
            "national": number.national,
            "region": number.region,
            "digits": number.digits,
            "reversed": number.digits[::-1],
        }
        for position, number in enumerate(customer.numbers)
    ]
