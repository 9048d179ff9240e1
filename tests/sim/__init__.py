"""Tests of the simulated modem."""
