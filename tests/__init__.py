"""The tests, a package so that they can share code: ``from tests.replay import renderers``."""
