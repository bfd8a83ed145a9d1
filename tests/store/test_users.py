"""Users, sessions and tokens: found while in force, and never stored in clear."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from callcenter.ports.errors import StoreRefused
from callcenter.ports.users import User
from callcenter.store.engine import Database
from callcenter.store.users import SqlUsers


@pytest.fixture
def users(database: Database) -> SqlUsers:
    return SqlUsers(database)


async def leila(users: SqlUsers) -> User:
    return await users.add(
        name="Leila", role="agent", password_hash="h", at=5, agent_id="pbx1:PJSIP/1001"
    )


async def test_a_user_is_found_by_id_name_and_agent(users: SqlUsers) -> None:
    user = await leila(users)
    assert await users.get(user.id) == user
    assert await users.by_name("LEILA ") == user
    assert await users.by_agent("pbx1:PJSIP/1001") == user
    assert await users.by_agent("pbx1:PJSIP/1002") is None
    assert await users.all() == [user]


async def test_names_and_agents_belong_to_one_user(users: SqlUsers) -> None:
    await leila(users)
    with pytest.raises(StoreRefused, match="a user «leila» already"):
        await users.add(name="leila", role="admin", password_hash="h", at=5)
    with pytest.raises(StoreRefused, match="tied to the user «Leila»"):
        await users.add(
            name="Omid", role="agent", password_hash="h", at=5, agent_id="pbx1:PJSIP/1001"
        )
    omid = await users.add(name="Omid", role="agent", password_hash="h", at=5)
    with pytest.raises(StoreRefused, match="tied to the user «Leila»"):
        await users.replace(replace(omid, agent_id="pbx1:PJSIP/1001"))
    with pytest.raises(StoreRefused, match="no user with the id 99"):
        await users.replace(replace(omid, id=99, name="Nobody"))


async def test_a_session_lasts_until_its_end_and_moves_with_use(users: SqlUsers) -> None:
    user = await leila(users)
    await users.open_session("secret", user.id, at=10, expires_at=100)
    found = await users.session("secret", 99)
    assert found is not None
    assert found[1] == user
    assert await users.session("secret", 100) is None
    assert await users.session("other", 50) is None
    await users.touch_session("secret", at=90, expires_at=200)
    assert await users.session("secret", 150) is not None
    await users.close_session("secret")
    assert await users.session("secret", 150) is None


async def test_sessions_end_with_their_user(users: SqlUsers) -> None:
    user = await leila(users)
    for token in ("a", "b"):
        await users.open_session(token, user.id, at=10, expires_at=100)
    assert await users.close_sessions_of(user.id) == 2
    await users.open_session("c", user.id, at=10, expires_at=100)
    await users.replace(replace(user, disabled=True))
    await users.replace(user)
    assert await users.session("c", 50) is None


async def test_token_lets_in_although_its_use_cannot_be_noted(file_url: str) -> None:
    database = Database(file_url)
    users = SqlUsers(database)
    await users.add_token(name="alarm", role="supervisor", token="cc_x", at=5)
    async with database.write() as connection:
        await connection.execute(text("PRAGMA query_only=ON"))
    found = await users.token("cc_x", 1_000)
    assert found is not None
    assert (await users.tokens())[0].used_at is None
    await database.close()


async def test_a_token_is_in_force_until_revoked(users: SqlUsers) -> None:
    made = await users.add_token(name="wallboard", role="supervisor", token="cc_x", at=5)
    assert await users.token("cc_x", 1_000) == made
    with pytest.raises(StoreRefused, match="«wallboard» in force"):
        await users.add_token(name="wallboard", role="agent", token="cc_y", at=6)
    assert (await users.tokens())[0].used_at == 1_000
    await users.token("cc_x", 60_999)
    assert (await users.tokens())[0].used_at == 1_000
    await users.token("cc_x", 61_000)
    assert (await users.tokens())[0].used_at == 61_000
    assert await users.revoke_token("wallboard", 70_000)
    assert not await users.revoke_token("wallboard", 70_001)
    assert await users.token("cc_x", 80_000) is None
    await users.add_token(name="wallboard", role="agent", token="cc_y", at=90_000)


async def test_secrets_are_not_in_the_tables(users: SqlUsers, database: Database) -> None:
    user = await leila(users)
    await users.open_session("very-secret-1", user.id, at=1, expires_at=2)
    await users.add_token(name="t", role="agent", token="very-secret-2", at=1)
    async with database.read() as connection:
        for table in ("sessions", "api_tokens"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
            assert rows
            assert "very-secret" not in repr(rows)
