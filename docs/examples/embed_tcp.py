"""An application's socket that lives in the TCP chart: hooks, and no `if` on an error code."""

from atfsm import TCP, Resident, TcpFact, rulebook


class Uplink(Resident):
    def on_enter_connected(self, event):
        print("  send what is queued; before, it was", event.transition.source)

    def on_enter_full_reset_closing(self, event):
        print("  write AT+KTCPCLOSE=1,1")

    def on_enter_full_reset_deleting(self, event):
        print("  write AT+KTCPDEL=1")


uplink = Uplink(TCP)
for fact in (
    TcpFact.CONNECT_REQUESTED,  # AT+KTCPCNX=1 goes out
    TcpFact.CONNECT_ACCEPTED,  # OK: not yet a connection, so nothing is entered
    TcpFact.CONNECTED,  # +KTCP_IND: 1,1
    TcpFact.SEND_REQUESTED,  # AT+KTCPSND=1,28 goes out
    TcpFact.SEND_REFUSED,  # +CME ERROR: 923, or any other refusal
    TcpFact.SENT,  # the noise of a reset: it is deaf to it
    TcpFact.CLOSE_ANSWERED,  # any answer to AT+KTCPCLOSE will do
):
    entered = rulebook(TCP).tell(uplink, fact)
    print(fact, "->", ", ".join(entered) or "nothing")
