"""A simulated modem: the other end of the AT line, with its faults."""

from __future__ import annotations

from atfsm.sim.faults import FAULTS, Fault, Fired, parse_fault
from atfsm.sim.modem import SimulatedModem
from atfsm.sim.network import Connected, Data, Failed, Link, LinkEvent, Network, PeerClosed
from atfsm.sim.output import Chunks
from atfsm.sim.profiles import PROFILES, Profile
from atfsm.sim.virtual import Echo, Server, Silence, Sink, VirtualNetwork

__all__ = [
    "FAULTS",
    "PROFILES",
    "Chunks",
    "Connected",
    "Data",
    "Echo",
    "Failed",
    "Fault",
    "Fired",
    "Link",
    "LinkEvent",
    "Network",
    "PeerClosed",
    "Profile",
    "Server",
    "Silence",
    "SimulatedModem",
    "Sink",
    "VirtualNetwork",
    "parse_fault",
]
