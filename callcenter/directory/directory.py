"""The embedded directory: who is calling, by our own customers.

A number is looked up by rules of falling certainty, and the first rule that finds anybody decides:
the very E.164; then, where one side is in a form that makes no E.164, the same national digits;
then the same end of the number, only if it fits exactly one customer and the country is the same.
Two numbers in full form that differ are two numbers, however alike they end (PEERS.md C 16).
Everybody whom a rule finds is answered: never the first one silently.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from callcenter.domain.customer import (
    Alert,
    Confidence,
    Customer,
    CustomerNumber,
    FieldKind,
    FieldValue,
    Match,
    Number,
)
from callcenter.ports.clock import Clock
from callcenter.ports.customers import Customers
from callcenter.ports.errors import StoreRefused

from .letters import digits_folded, trimmed, visible, words_of
from .numbers import customer_number

SUFFIX_DIGITS = 9
"""How many digits must be the same at the end; 9 are a whole mobile number in most countries."""

KEPT = 20_000
"""Numbers whose answer is kept ready, those that nobody has included."""

BELIEVED_S = 1.0
"""How long kept answers are believed before the store is asked whether anything has changed."""

RULES: dict[Confidence, str] = {
    "exact": "the same number",
    "national": "the same number in its national form",
    "suffix": "the same last digits",
}


class EmbeddedDirectory:
    """The port ``Directory`` over ``Customers``.

    ``region`` is the site's, by which numbers typed by people are read; ``clock`` stamps changes.
    """

    def __init__(
        self,
        customers: Customers,
        clock: Clock,
        region: str,
        *,
        suffix_digits: int = SUFFIX_DIGITS,
        kept: int = KEPT,
    ) -> None:
        self._customers = customers
        self._clock = clock
        self._region = region
        self._suffix_digits = suffix_digits
        self._most = kept
        self._kept: OrderedDict[tuple[str, str, str], list[Match]] = OrderedDict()
        self._revision = -1
        self._believed_until = float("-inf")

    async def look_up(self, number: Number) -> list[Match]:
        """Every customer whom ``number`` may mean; see the port."""
        if number.withheld or number.internal or not number.digits:
            return []
        key = (number.e164, number.digits, number.region)
        now = self._clock.monotonic()
        if now >= self._believed_until:
            await self._ask_for_changes(now)
        found = self._kept.get(key)
        if found is None:
            revision = self._revision
            found = await self._matches(number)
            # A change that came while we asked may not be in the answer: then it is not kept.
            if revision == self._revision:
                self._kept[key] = found
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return list(found)

    async def look_up_many(self, numbers: Sequence[Number]) -> list[list[Match]]:
        """As ``look_up`` of each, in their order.

        Whatever rule finds a customer, his number ends as the one looked for: most callers of a
        history are strangers, and are told apart by that in one question.
        """
        ends = {number.digits[-self._suffix_digits :] for number in numbers} - {""}
        known = await self._customers.known_ends(sorted(ends))
        if not known:
            return [[] for _ in numbers]
        return [
            await self.look_up(number) if number.digits[-self._suffix_digits :] in known else []
            for number in numbers
        ]

    async def get(self, customer_id: int) -> Customer | None:
        """The customer with this id."""
        return await self._customers.get(customer_id)

    async def search(self, text: str, limit: int) -> list[Customer]:
        """Customers of whose name, code or number every word of ``text`` is the beginning."""
        digits = "".join(letter for letter in digits_folded(visible(text)) if letter.isdigit())
        only_number = not any(letter.isalpha() for letter in text)
        words = words_of(text)
        if limit < 1 or not words:
            return []
        return await self._customers.search(words, digits if only_number else "", limit)

    async def create(
        self,
        *,
        name: str,
        numbers: Sequence[tuple[str, str]] = (),
        code: str = "",
        tier: str = "",
        organisation: str = "",
        language: str = "",
        tags: Sequence[str] = (),
        fields: dict[str, FieldValue] | None = None,
        alert: Alert | None = None,
        notes: str = "",
    ) -> Customer:
        """Stores a new customer; see the port."""
        now = self._clock.wall_ms()
        given = Customer(
            name=trimmed(name),
            code=trimmed(code),
            tier=trimmed(tier),
            organisation=trimmed(organisation),
            language=trimmed(language),
            numbers=[CustomerNumber(raw=raw, label=label) for raw, label in numbers],
            tags=list(dict.fromkeys(tag for tag in map(trimmed, tags) if tag)),
            fields=dict(fields or {}),
            alert=alert,
            notes=notes,
            created_at=now,
            updated_at=now,
        )
        return await self._save(given)

    async def update(self, customer: Customer) -> Customer:
        """Stores ``customer`` over the one with its id; see the port."""
        if not customer.id:
            raise StoreRefused("The customer has no id, so it cannot be changed; create it.")
        now = self._clock.wall_ms()
        return await self._save(replace(customer, name=trimmed(customer.name), updated_at=now))

    async def field_kinds(self) -> list[FieldKind]:
        """The free fields that customers have here."""
        return await self._customers.field_kinds()

    def forget(self) -> None:
        """Drops every kept answer."""
        self._kept.clear()
        self._believed_until = float("-inf")

    async def _save(self, given: Customer) -> Customer:
        if not given.name and not given.organisation:
            raise StoreRefused("A customer needs a name, or an organisation.")
        read = [_read(number, self._region) for number in given.numbers]
        numbers = {number.e164 or number.digits: number for number in read}
        customer = replace(given, code=trimmed(given.code), numbers=list(numbers.values()))
        try:
            saved = await self._customers.save([(customer, search_words(customer))])
        finally:
            self.forget()
        return saved[0]

    async def _ask_for_changes(self, now: float) -> None:
        revision = await self._customers.revision()
        if revision != self._revision:
            self._kept.clear()
            self._revision = revision
        self._believed_until = now + BELIEVED_S

    async def _matches(self, number: Number) -> list[Match]:
        if number.e164:
            exact = await self._customers.by_e164(number.e164)
            if exact:
                return _told(exact, "exact")
        national = _fitting(
            await self._customers.by_digits(number.digits),
            number,
            lambda kept: kept.digits == number.digits,
        )
        if national:
            return _told(national, "national")
        end = number.digits[-self._suffix_digits :]
        if len(end) < self._suffix_digits:
            return []
        # Two would do to know that it is not one, were all of the same region.
        alike = _fitting(
            await self._customers.by_suffix(end, 50),
            number,
            lambda kept: kept.digits.endswith(end) and kept.region == number.region,
        )
        return _told(alike, "suffix") if len(alike) == 1 else []


def search_words(customer: Customer) -> list[str]:
    """The words by which a customer is found: of name, organisation and code."""
    words = words_of(customer.name, customer.organisation, customer.code)
    code = "".join(words_of(customer.code))
    return list(dict.fromkeys([*words, code])) if code else words


def _fitting(
    customers: Sequence[Customer], number: Number, alike: Callable[[CustomerNumber], bool]
) -> list[Customer]:
    """Those with a number that is ``alike``, of the same region, and not in full form as ours."""

    def fits(kept: CustomerNumber) -> bool:
        full = bool(kept.e164 and number.e164)
        return not full and kept.region == number.region and alike(kept)

    return [customer for customer in customers if any(map(fits, customer.numbers))]


def _told(customers: Sequence[Customer], confidence: Confidence) -> list[Match]:
    return [Match(customer, RULES[confidence], confidence) for customer in customers]


def _read(number: CustomerNumber, region: str) -> CustomerNumber:
    # What was read once (perhaps for another region) stays; what comes as it was typed is read.
    if number.digits:
        return number
    read = customer_number(number.raw, region, number.label)
    if isinstance(read, str):
        raise StoreRefused(f"The number cannot be kept: {read}.")
    return read
