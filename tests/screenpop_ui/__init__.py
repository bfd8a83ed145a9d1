"""Tests of the pages: pure modules under Node, whole pages in a real Chromium."""
