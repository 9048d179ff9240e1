"""Tests of the live side: journal, outbox, memory."""
