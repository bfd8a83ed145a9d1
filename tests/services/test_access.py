"""Sign-in, sessions, tokens, throttle: who comes in, who does not, and for how long."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from callcenter.ports.errors import StoreUnavailable
from callcenter.services.access import (
    Access,
    AccessError,
    Credential,
    Rules,
    Throttled,
    WrongPassword,
)
from callcenter.services.passwords import Passwords
from callcenter.services.throttle import Throttle
from tests.web.fakes import ALI, FAST, PASSWORD, Clock, MemoryUsers

HOUR = 3_600_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def users() -> MemoryUsers:
    return MemoryUsers()


@pytest.fixture
async def access(users: MemoryUsers, clock: Clock) -> Access:
    access = Access(users, clock, Rules(), Passwords(FAST))
    await access.add_user("Ali", "agent", PASSWORD, ALI)
    return access


async def test_the_right_password_opens_a_session_of_32_random_bytes(access: Access) -> None:
    secret, who = await access.sign_in(" ali ", PASSWORD, "10.0.0.1")
    other, _ = await access.sign_in("ali", PASSWORD, "10.0.0.1")
    assert len(bytes.fromhex(secret)) == 32
    assert secret != other
    assert (who.name, who.role, who.agent_id) == ("Ali", "agent", ALI)
    assert await access.who(Credential("session", secret)) == who


async def test_passwords_are_argon2id_and_a_composed_letter_is_the_same_as_a_decomposed(
    access: Access, users: MemoryUsers
) -> None:
    await access.add_user("dov", "admin", "caf\u00e9 caf\u00e9")
    stored = await users.by_name("dov")
    assert stored is not None
    assert stored.password_hash.startswith("$argon2id$")
    await access.sign_in("dov", "cafe\u0301 cafe\u0301", "x")


async def test_default_parameters_are_those_of_rfc_9106(users: MemoryUsers, clock: Clock) -> None:
    access = Access(users, clock)
    user = await access.add_user("real", "admin", PASSWORD)
    assert "$m=65536,t=3,p=4$" in user.password_hash


@pytest.mark.parametrize(
    ("name", "password"),
    [("ali", "wrong"), ("nobody", PASSWORD), ("ali", ""), ("", ""), ("ali", "x" * 5000)],
)
async def test_a_wrong_name_and_a_wrong_password_are_refused_alike(
    access: Access, name: str, password: str
) -> None:
    with pytest.raises(WrongPassword) as refused:
        await access.sign_in(name, password, "10.0.0.1")
    assert str(refused.value) == str(WrongPassword())


async def test_a_name_that_does_not_exist_takes_as_long_as_one_that_does(
    users: MemoryUsers, clock: Clock
) -> None:
    access = Access(users, clock, Rules(), Passwords(PasswordHasher(time_cost=2, parallelism=1)))
    await access.add_user("ali", "agent", PASSWORD)
    taken: dict[str, list[float]] = {"ali": [], "nobody": []}
    for round_ in range(7):
        for name, times in taken.items():
            clock.now += 2 * HOUR
            began = time.perf_counter()
            with pytest.raises(WrongPassword):
                await access.sign_in(name, "wrong password", f"10.0.0.{round_}")
            times.append(time.perf_counter() - began)
    known, unknown = (sorted(times)[3] for times in taken.values())
    assert 0.5 < known / unknown < 2.0


async def test_failures_on_one_user_delay_him_longer_and_longer_from_any_address(
    access: Access, clock: Clock
) -> None:
    for number in range(4):
        with pytest.raises(WrongPassword):
            await access.sign_in("ali", "wrong", f"10.0.0.{number}")
    waits = []
    for number in range(8):
        with pytest.raises(Throttled) as refused:
            await access.sign_in("ALI", PASSWORD, f"10.0.1.{number}")
        waits.append(refused.value.retry_after_s)
        clock.now += refused.value.retry_after_s * 1000
        with pytest.raises(WrongPassword):
            await access.sign_in("ali", "wrong", f"10.0.2.{number}")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    clock.now += 60_000
    await access.sign_in("ali", PASSWORD, "10.0.0.9")
    await access.sign_in("ali", PASSWORD, "10.0.0.9")


async def test_one_address_that_tries_many_names_is_delayed_and_others_are_not(
    access: Access,
) -> None:
    for number in range(20):
        with pytest.raises(WrongPassword):
            await access.sign_in(f"name{number}", "wrong", "10.6.6.6")
    with pytest.raises(Throttled, match="Wait 1 s"):
        await access.sign_in("ali", PASSWORD, "10.6.6.6")
    await access.sign_in("ali", PASSWORD, "10.0.0.1")


async def test_a_right_password_does_not_wash_an_address_clean(access: Access) -> None:
    for number in range(19):
        with pytest.raises(WrongPassword):
            await access.sign_in(f"name{number}", "wrong", "10.6.6.6")
    await access.sign_in("ali", PASSWORD, "10.6.6.6")
    with pytest.raises(WrongPassword):
        await access.sign_in("another", "wrong", "10.6.6.6")
    with pytest.raises(Throttled):
        await access.sign_in("ali", PASSWORD, "10.6.6.6")


async def test_a_session_ends_when_idle_and_lasts_while_used_up_to_its_age(
    access: Access, clock: Clock
) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    idle, _ = await access.sign_in("ali", PASSWORD, "x")
    shown = Credential("session", secret)
    for _ in range(15):
        clock.now += HOUR
        assert await access.who(shown) is not None
    assert await access.who(Credential("session", idle)) is None
    clock.now += HOUR
    assert await access.who(shown) is None


async def test_use_is_written_down_now_and_then_and_not_at_each_request(
    access: Access, users: MemoryUsers, clock: Clock
) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    before = users.reads
    for _ in range(100):
        assert await access.who(Credential("session", secret))
    assert users.reads == before + 1


async def test_signing_out_ends_the_session_at_once(access: Access) -> None:
    secret, who = await access.sign_in("ali", PASSWORD, "x")
    heard: list[int] = []
    access.subscribe(heard.append)
    await access.sign_out(secret)
    assert await access.who(Credential("session", secret)) is None
    assert heard == [who.user_id]


async def test_a_disabled_user_is_out_at_once_and_cannot_come_back(access: Access) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    await access.who(Credential("session", secret))
    await access.set_disabled("ali", True)
    assert await access.who(Credential("session", secret)) is None
    with pytest.raises(WrongPassword):
        await access.sign_in("ali", PASSWORD, "x")
    await access.set_disabled("ali", False)
    await access.sign_in("ali", PASSWORD, "x")


async def test_a_new_password_ends_all_sessions(access: Access) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    await access.set_password("ali", "another password")
    assert await access.who(Credential("session", secret)) is None
    await access.sign_in("ali", "another password", "x")


async def test_a_new_role_and_another_agent_are_in_force_at_once(access: Access) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    await access.who(Credential("session", secret))
    await access.set_role("ali", "supervisor")
    await access.tie("ali", None)
    who = await access.who(Credential("session", secret))
    assert who is not None
    assert (who.role, who.agent_id) == ("supervisor", None)


async def test_preferences_are_kept_and_what_is_not_given_stays(access: Access) -> None:
    secret, who = await access.sign_in("ali", PASSWORD, "x")
    await access.save_preferences(who, "fa", None)
    await access.save_preferences(who, None, "dark")
    now = await access.who(Credential("session", secret))
    assert now is not None
    assert (now.lang, now.theme) == ("fa", "dark")


async def test_a_token_is_shown_once_has_a_role_and_is_worthless_when_revoked(
    access: Access,
) -> None:
    token = await access.create_token("grafana", "supervisor")
    assert token.startswith("cc_")
    assert len(token) > 60
    who = await access.who(Credential("token", token))
    assert who is not None
    assert (who.name, who.role, who.user_id) == ("token:grafana", "supervisor", 0)
    assert await access.who(Credential("token", "cc_" + "0" * 64)) is None
    assert [kept.name for kept in await access.tokens()] == ["grafana"]
    await access.revoke_token("grafana")
    assert await access.who(Credential("token", token)) is None
    with pytest.raises(AccessError, match="no token in force"):
        await access.revoke_token("grafana")


async def test_a_session_is_no_token_and_a_token_no_session(access: Access) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    token = await access.create_token("t", "admin")
    await access.who(Credential("session", secret))
    await access.who(Credential("token", token))
    assert await access.who(Credential("token", secret)) is None
    assert await access.who(Credential("session", token)) is None


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
async def test_a_password_too_short_or_too_long_is_a_sentence(
    access: Access, password: str
) -> None:
    with pytest.raises(AccessError, match=r"use at (least|most)"):
        await access.add_user("new", "agent", password)


async def test_a_name_or_an_agent_that_is_taken_is_a_sentence(access: Access) -> None:
    with pytest.raises(AccessError, match="already a user"):
        await access.add_user("ALI", "agent", PASSWORD)
    with pytest.raises(AccessError, match="tied to another user"):
        await access.add_user("reza", "agent", PASSWORD, ALI)
    with pytest.raises(AccessError, match="no user named 'zoe'"):
        await access.set_password("zoe", PASSWORD)
    await access.create_token("t", "admin")
    with pytest.raises(AccessError, match="already a token"):
        await access.create_token("t", "admin")


async def test_a_hash_with_old_parameters_is_renewed_at_sign_in(
    users: MemoryUsers, clock: Clock
) -> None:
    await Access(users, clock, passwords=Passwords(FAST)).add_user("ali", "agent", PASSWORD)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await Access(users, clock, passwords=stronger).sign_in("ali", PASSWORD, "x")
    user = await users.by_name("ali")
    assert user is not None
    assert "m=16,t=2" in user.password_hash


async def test_a_store_that_is_down_is_said_and_not_taken_for_a_stranger(
    access: Access, users: MemoryUsers, clock: Clock
) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    users.down = True
    with pytest.raises(StoreUnavailable):
        await access.who(Credential("session", secret))


async def test_who_was_let_in_stays_in_while_the_store_is_away_for_an_hour_at_most(
    access: Access, users: MemoryUsers, clock: Clock
) -> None:
    secret, _ = await access.sign_in("ali", PASSWORD, "x")
    token = await access.create_token("wallboard", "supervisor")
    shown = [Credential("session", secret), Credential("token", token)]
    for one in shown:
        assert await access.who(one)
    users.down = True
    clock.now += HOUR - 1
    for one in shown:
        assert await access.who(one), one.via
    clock.now += 1
    for one in shown:
        with pytest.raises(StoreUnavailable):
            await access.who(one)
    users.down = False
    for one in shown:
        assert await access.who(one)


def test_a_credential_is_never_printed() -> None:
    assert "abc" not in repr(Credential("token", "cc_abc"))


def test_the_throttle_keeps_a_bounded_number_of_keys_and_forgets() -> None:
    throttle = Throttle(free=1, first_ms=1000, most_ms=8000, forget_ms=60_000, most_keys=100)
    for number in range(1000):
        throttle.failed(f"key{number}", number)
    assert len(throttle) == 100
    assert throttle.wait_ms("key999", 999) == 1000
    assert throttle.wait_ms("key999", 1999) == 0
    assert throttle.wait_ms("key0", 999) == 0
    assert throttle.wait_ms("key999", 999 + 60_000) == 0
