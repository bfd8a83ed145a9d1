"""What stands in the gaps of one playing: new ids, later instants, the people of its site."""

from __future__ import annotations

from random import Random

import pytest

from ami_bridge.fakepbx.model import Pbx
from ami_bridge.fakepbx.names import SITES, Names, caller_at, phone_at, queue_at

NOW = 1_801_000_000_500


def names(pbx: Pbx | None = None, site: int = 0) -> Names:
    return Names(pbx or Pbx(0), Random(1), lambda: NOW, 5_000_000, site)


def filled(by: Names, value: str) -> str:
    [(_, text)] = by.headers((("Value", value),))
    return text


def test_gap_is_filled_when_it_is_met_and_the_same_ever_after() -> None:
    pbx = Pbx(0)
    one, two = names(pbx), names(pbx)
    assert filled(one, "%(L1.1)s %(L1.2)s %(L1.1)s") == "1801000000.0 1801000000.1 1801000000.0"
    assert filled(two, "%(L1.1)s") == "1801000000.2"
    assert filled(one, "PJSIP/1-%(S0000000f)s") == "PJSIP/1-00000000"
    assert one["Bx"] == one["Bx"] != one["By"]
    assert one["T1795371200"] == "1800371200"


def test_people_and_queues_are_those_of_the_site() -> None:
    recorded = "%(A1001)s %(C+989121234501)s %(Qsupport)s"
    assert filled(names(site=0), recorded) == "1001 +989121234501 support"
    assert filled(names(site=7), recorded) == "1701 +989121235201 support7"


def test_no_two_sites_have_anybody_in_common() -> None:
    for at, recorded in ((phone_at, "1012"), (caller_at, "+989121234501"), (queue_at, "support")):
        assert len({at(site, recorded) for site in range(SITES)}) == SITES
    assert phone_at(SITES - 1, "1012") == "9912"


@pytest.mark.parametrize("site", [-1, SITES])
def test_site_that_is_not_there_is_refused(site: int) -> None:
    with pytest.raises(ValueError, match=rf"There is no site {site}: sites are 0 to 89\."):
        names(site=site)
