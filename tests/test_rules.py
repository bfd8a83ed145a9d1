"""What a site's settings mean to figures, switchboards and desks."""

from __future__ import annotations

from pathlib import Path

from callcenter import rules
from callcenter.settings import Pbx, Queue, Settings, load

NAMED = Settings(
    queue=(
        Queue(name="*", target_s=30, short_abandon_s=3),
        Queue(name="Support", target_s=10, target=0.9, title_fa="پشتیبانی", wrapup_s=15),
    )
)


def test_a_queue_has_its_own_promise_or_the_one_of_all_queues() -> None:
    kpi = rules.kpi_rules(NAMED)
    assert kpi.queues.get("support", kpi.default).t_ms == 10_000
    assert kpi.queues.get("support", kpi.default).target == 0.9
    assert kpi.queues.get("sales", kpi.default).t_ms == 30_000
    assert kpi.queues.get("sales", kpi.default).short_abandon_ms == 3_000
    assert kpi.default.t_ms == 30_000


def test_a_queue_is_the_same_queue_in_small_and_capital_letters() -> None:
    kpi = rules.kpi_rules(NAMED)
    assert kpi.queues.get("SUPPORT") == kpi.queues.get("support")


def test_dispositions_tell_what_could_not_be_resolved_here_and_what_it_was_about(
    tmp_path: Path,
) -> None:
    path = tmp_path / "callcenter.toml"
    path.write_text(
        '[[desk.dispositions]]\ncode = "moved"\nresolved = false\nen = "a"\nfa = "b"\nhe = "c"\n'
        'resolvable_here = false\nreason = "delivery"\n'
        '[[desk.dispositions]]\ncode = "done"\nresolved = true\nen = "a"\nfa = "b"\nhe = "c"\n',
        encoding="utf-8",
    )
    settings = load(path, {})
    kpi = rules.kpi_rules(settings)
    assert kpi.not_resolvable == {"moved"}
    assert kpi.reasons == {"moved": "delivery"}
    desk = rules.desk_rules(settings, lambda agent: True)
    assert [(d["code"], d["resolved"]) for d in desk.dispositions] == [
        ("moved", False),
        ("done", True),
    ]


def test_only_a_wrap_up_time_that_was_given_is_a_rule() -> None:
    board = rules.board_rules(NAMED, Pbx(name="p", host="h", username="u"))
    assert board.wrapup_s == {"support": 15}


def test_channels_are_ours_or_lines_by_the_sites_word_and_else_unknown() -> None:
    pbx = Pbx(
        name="p", host="h", username="u", internal="^PJSIP/1[0-9]{3}-", trunks=("PJSIP/trunk-",)
    )
    said = rules.board_rules(Settings(), pbx).is_internal
    assert said("PJSIP/1001") is True
    assert said("PJSIP/trunk") is False
    assert said("PJSIP/2001") is False
    silent = rules.board_rules(Settings(), Pbx(name="p", host="h", username="u")).is_internal
    assert silent("PJSIP/1001") is None


def test_titles_are_told_as_far_as_they_were_given() -> None:
    titles = rules.titles(NAMED)
    assert titles("support") == {"fa": "پشتیبانی"}
    assert titles("sales") == {}


def test_a_pause_has_the_limit_of_its_reason() -> None:
    settings = Settings()
    limit = rules.pause_limit(settings)
    given = {reason.code: reason.limit_s for reason in settings.desk.pause_reasons}
    assert any(given.values())
    assert {code: limit(code) for code in given} == given
    assert limit("never heard of") is None
