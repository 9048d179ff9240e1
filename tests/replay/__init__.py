"""Tests of replay: capture formats, the observer and its reports."""
