"""A simulated modem: the other end of the AT line, with its faults."""

from __future__ import annotations

from atfsm.sim.faults import FAULTS, Fault, FaultKind, Fired, parse_fault
from atfsm.sim.modem import SimulatedModem
from atfsm.sim.network import Connected, Data, Failed, Link, LinkEvent, Network, PeerClosed
from atfsm.sim.output import Chunks
from atfsm.sim.profiles import PROFILES, Profile
from atfsm.sim.virtual import Echo, Page, Server, Silence, Sink, VirtualNetwork

__all__ = [
    "FAULTS",
    "PROFILES",
    "Chunks",
    "Connected",
    "Data",
    "Echo",
    "Failed",
    "Fault",
    "FaultKind",
    "Fired",
    "Link",
    "LinkEvent",
    "Network",
    "Page",
    "PeerClosed",
    "Profile",
    "Server",
    "Silence",
    "SimulatedModem",
    "Sink",
    "VirtualNetwork",
    "parse_fault",
]
