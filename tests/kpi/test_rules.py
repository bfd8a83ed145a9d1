"""A queue has its own limits or the site's."""

from kpi.rules import QueueRules, Rules


def test_a_queue_that_is_not_named_has_the_default() -> None:
    rules = Rules(queues={"vip": QueueRules(t_ms=10_000)})
    assert rules.of_queue("vip").t_ms == 10_000
    assert rules.of_queue("support") == QueueRules(
        t_ms=20_000, short_abandon_ms=5_000, target=0.8, abandon_target=0.05
    )
