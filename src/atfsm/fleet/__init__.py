"""Replay of many captures: on all cores of a machine, or on a cluster, into one file."""
