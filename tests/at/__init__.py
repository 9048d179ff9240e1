"""Tests of the AT language."""
