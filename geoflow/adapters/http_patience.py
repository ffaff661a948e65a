"""How long a server waits for slow clients: for the headers of a request, and till they take what is sent to them."""

from typing import Any

READING_SECONDS = 30.0
"""How long a client may take nothing of what is sent to it."""


def patient_protocol(header_seconds: float, reading_seconds: float = READING_SECONDS) -> Any:
    """Make uvicorn's protocol end connections whose headers do not come, or that take nothing of an answer."""
    import asyncio

    import h11

    class PatientProtocol(_read_protocol(reading_seconds)):  # type: ignore[misc]
        """Ends connections whose headers do not come: uvicorn itself would wait for ever, byte by byte."""

        _end: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _watch(self) -> None:
            if self.conn.their_state is not h11.IDLE:
                self._stop()
            elif self._end is None:
                self._end = self.loop.call_later(header_seconds, self.transport.close)

        def _stop(self) -> None:
            if self._end is not None:
                self._end.cancel()
                self._end = None

    return PatientProtocol


def _read_protocol(seconds: float) -> Any:
    import asyncio

    from uvicorn.protocols.http.h11_impl import H11Protocol

    class ReadProtocol(H11Protocol):
        """Cuts off who takes nothing of an answer: it would be held in memory for as long as the client likes."""

        _stuck: asyncio.TimerHandle | None = None

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stuck = self.loop.call_later(seconds, self.transport.abort)

        def resume_writing(self) -> None:
            self._unstick()
            super().resume_writing()

        def connection_lost(self, exc: Exception | None) -> None:
            self._unstick()
            super().connection_lost(exc)

        def _unstick(self) -> None:
            if self._stuck is not None:
                self._stuck.cancel()
                self._stuck = None

    return ReadProtocol
