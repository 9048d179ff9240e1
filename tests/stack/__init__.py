"""Tests of the live stack, on a virtual clock."""
