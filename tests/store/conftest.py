"""Fixtures of the store's tests."""

from tests.store.databases import database, file_url, postgres, url
from tests.store.mariadb import mariadb

__all__ = ["database", "file_url", "mariadb", "postgres", "url"]
