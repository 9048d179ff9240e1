"""Tests of the review page: what is built, read back."""
