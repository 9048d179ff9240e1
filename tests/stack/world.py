"""A stack and a simulated modem in one process, on one virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import TypeVar

from atfsm.sim import PROFILES, Chunks, Fault, SimulatedModem, VirtualNetwork
from atfsm.stack import (
    AskReset,
    Config,
    CutPower,
    Memory,
    Output,
    Remember,
    Stack,
    Written,
)

Said = TypeVar("Said")
POWER_HOOK_S = 1.0  # how long the power hook takes


class World:
    """Both ends of one serial line.

    Attributes:
        now_s: The time.
        stack: The host's side.
        modem: The modem's side.
        network: Where its sessions go.
        outputs: Everything that the stack said, with its time.
        memory: What the ladder asked to be remembered, as of now.
        written: Everything that was written to the modem.
    """

    def __init__(
        self,
        config: Config,
        *,
        profile: str = "rc76",
        faults: Sequence[Fault] = (),
        seed: int = 0,
        chunks: Chunks = Chunks.WHOLE,
        network: VirtualNetwork | None = None,
        memory: Memory | None = None,
        watch: Callable[[Output, float], None] | None = None,
        before: Sequence[bytes] = (),
    ) -> None:
        self.now_s = 0.0
        self.network = network or VirtualNetwork(seed=seed)
        self.modem = SimulatedModem(
            PROFILES[profile], self.network, faults=faults, seed=seed, chunks=chunks
        )
        self.stack = Stack(config, memory=memory)
        self.outputs: list[tuple[float, Output]] = []
        self.memory = memory or Memory()
        self.written = bytearray()
        self._power_back_s = inf
        self._watch = watch
        self._port_is_there = True
        for line in before:  # what another process did
            self.modem.write(line + b"\r", self.now_s)
            self.now_s += 2.0
            self.modem.advance(self.now_s)
            self.modem.read(self.now_s)
        self.stack.start(self.now_s)
        self.carry_out()

    def carry_out(self) -> None:
        """Carry out what the stack wants, in order."""
        for output in self.stack.take():
            self.outputs.append((self.now_s, output))
            if self._watch is not None:
                self._watch(output, self.now_s)
            match output:
                case Written(data):
                    self.written += data
                    self.modem.write(data, self.now_s)
                case CutPower():
                    self.modem.cut_power(self.now_s)
                    self._power_back_s = self.now_s + POWER_HOOK_S
                case Remember(memory):
                    self.memory = memory
                case AskReset():
                    self.stack.permit(granted=True, now_s=self.now_s)
                    self.carry_out()
                case _:
                    pass

    def of(self, kind: type[Said]) -> list[Said]:
        """Everything of one kind that the stack said."""
        return [output for _, output in self.outputs if isinstance(output, kind)]

    def step(self, until_s: float) -> None:
        """Go on to the next thing that happens, at *until_s* at the latest."""
        times = (self.modem.deadline_s(), self.stack.deadline_s(), self._power_back_s, until_s)
        self.now_s = max(self.now_s, min(t for t in times if t is not None))
        self.modem.advance(self.now_s)
        is_there = self.modem.port_present(self.now_s)
        if is_there is not self._port_is_there:
            self._port_is_there = is_there
            (self.stack.port_returned if is_there else self.stack.port_lost)(self.now_s)
            self.carry_out()
        for data in self.modem.read(self.now_s):
            self.stack.receive(data, self.now_s)
            self.carry_out()
        if self.now_s >= self._power_back_s:
            self._power_back_s = inf
            self.stack.power_returned(self.now_s)
            self.carry_out()
        self.stack.advance(self.now_s)
        self.carry_out()

    def run(self, for_s: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let it run so long, or until something is so; say whether it is."""
        end_s = self.now_s + for_s
        while not until():
            if self.now_s >= end_s:
                return False
            self.step(end_s)
        return True
