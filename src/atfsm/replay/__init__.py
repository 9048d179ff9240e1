"""Replay: a captured log, judged by the charts."""
