"""Fixtures of the directory's tests."""

from tests.store.databases import database, file_url, postgres, url

__all__ = ["database", "file_url", "postgres", "url"]
