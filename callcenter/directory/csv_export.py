"""Customers to a CSV file that the import reads back.

Numbers go out as E.164 where they make one, so that the file means the same in every country; free
fields carry their type in the header. Alerts and instants are not exported: they belong to here.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import IO

from callcenter.domain.customer import Customer, FieldKind
from callcenter.ports.customers import Customers
from callcenter.ports.errors import StoreUnavailable

from .csv_fields import written

COLUMNS = ("name", "code", "tier", "organisation", "language", "tags", "notes", "numbers")

Progress = Callable[[int, int], None]


async def export_csv(
    path: Path,
    customers: Customers,
    *,
    delimiter: str = ",",
    progress: Progress | None = None,
) -> int:
    """Writes every customer to ``path`` (UTF-8 with BOM, for Excel); returns how many.

    ``progress(done, all)`` counts customers. The file gets its name when it is whole. Raises
    ``StoreUnavailable`` when the store cannot be read or the file not be written.
    """
    kinds = await customers.field_kinds()
    every = await customers.count() if progress is not None else 0
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            count = await _write(file, customers, kinds, delimiter, progress, every)
        unfinished.replace(path)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


async def _write(
    file: IO[str],
    customers: Customers,
    kinds: list[FieldKind],
    delimiter: str,
    progress: Progress | None,
    every: int,
) -> int:
    sheet = csv.writer(file, delimiter=delimiter)
    sheet.writerow([*COLUMNS, *(f"field:{kind.label} [{kind.type}]" for kind in kinds)])
    count = 0
    async for customer in customers.all():
        sheet.writerow(_cells(customer, kinds))
        count += 1
        if progress is not None and (count % 1_000 == 0 or count == every):
            progress(count, every)
    return count


def _cells(customer: Customer, kinds: list[FieldKind]) -> list[str]:
    fields = [customer.fields.get(kind.key) for kind in kinds]
    return [
        customer.name,
        customer.code,
        customer.tier,
        customer.organisation,
        customer.language,
        # The bar at the end keeps a single tag with a comma in it from being two.
        "".join(f"{tag}|" for tag in customer.tags),
        customer.notes,
        "|".join(
            f"{number.label}: {number.e164 or number.raw}"
            if number.label
            else number.e164 or number.raw
            for number in customer.numbers
        ),
        *("" if value is None else written(value) for value in fields),
    ]
