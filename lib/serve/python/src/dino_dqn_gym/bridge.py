"""The games' process, and what is said to it. ``lib/serve/messages.ts`` describes the messages."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sysconfig
import tempfile
import weakref
from collections.abc import Sequence
from io import FileIO
from typing import Any

import numpy as np
from gymnasium.error import Error
from numpy.typing import NDArray

PROTOCOL = 1
FRAME = (80, 80)
FRAME_BYTES = 80 * 80
PICTURE = (150, 552)
#: Larger pipes than Linux gives by itself: a state of 8 games has 51 kB.
PIPE_BYTES = 1 << 20

#: Of a state: its length, and how many games ended.
HEAD = struct.Struct("<II")
RECORD = np.dtype(
    [
        ("reward", "<f4"), ("terminated", "<i4"), ("truncated", "<i4"), ("score", "<i4"), ("frames", "<i4"),
        ("speed", "<f4"), ("ended", "<i4"), ("ended_seed", "<i4"), ("ended_score", "<i4"), ("ended_steps", "<i4"),
        ("ended_return", "<f4"), ("seed", "<i4"),
    ]
)  # fmt: skip


class BridgeError(Error):
    """The games' process cannot be started, has ended, or refused what it was asked."""


def find_program(program: str | os.PathLike[str] | None) -> pathlib.Path:
    """The clone of dino-dqn: what was given, else ``DINO_DQN``, else the one that this file or the program is in."""
    named = program or os.environ.get("DINO_DQN")
    here = [pathlib.Path(__file__).resolve(), pathlib.Path.cwd()]
    places = [pathlib.Path(named)] if named else [parent for place in here for parent in (place, *place.parents)]
    for place in places:
        if (place / "main.ts").is_file() and (place / "lib" / "serve").is_dir():
            return place.resolve()
    where = f"{named} is not a clone of dino-dqn" if named else "The clone of dino-dqn was not found"
    raise BridgeError(f"{where}; set the environment variable DINO_DQN, or program=, to its folder.")


def find_deno() -> list[str]:
    """How Deno is called: ``DINO_DENO``, on the PATH, beside this Python, or through npx."""
    beside = pathlib.Path(sysconfig.get_path("scripts")) / "deno"
    for found in (os.environ.get("DINO_DENO"), shutil.which("deno"), str(beside) if beside.is_file() else None):
        if found:
            return [found]
    npx = shutil.which("npx")
    if npx:
        return [npx, "-y", "deno@2.9.6"]
    raise BridgeError("Deno was not found; install it (pip install deno), or set DINO_DENO to its program.")


_open: weakref.WeakSet[Bridge] = weakref.WeakSet()


def _let_go() -> None:
    """A fork has copies of the pipes; as long as one is open, the games do not see their end."""
    for bridge in _open:
        bridge._to.close()
        bridge._from.close()


os.register_at_fork(after_in_child=_let_go)


class Bridge:
    """A Deno process with its Chrome. It ends when its stdin is closed: also when Python is killed."""

    def __init__(
        self,
        games: int,
        *,
        config: str | os.PathLike[str] | None = None,
        sets: Sequence[str] = (),
        training: bool = False,
        program: str | os.PathLike[str] | None = None,
    ) -> None:
        root = find_program(program)
        task = json.loads((root / "deno.json").read_text())["tasks"]["serve"]["command"].split()
        flags = [word for word in task if word.startswith("--")]
        command = [*find_deno(), "run", "--quiet", *flags, str(root / "main.ts"), "serve", "--games", str(games)]
        command += [f"--config={os.fspath(config)}"] if config else []
        command += [f"--set={each}" for each in sets] + ["--training"] * training
        self.games = games
        #: Whether an answer is not read to its end: another request's would be taken for it.
        self.owes = True
        self._owner = os.getpid()
        #: What it says: of no use to anybody until it fails, and a notebook would not show it.
        self._said = tempfile.TemporaryFile()
        try:
            # A session of its own: Ctrl-C is for Python alone, which then closes stdin.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, bufsize=0,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise BridgeError(f"{command[0]} cannot be started: {error}") from error
        assert isinstance(self._process.stdin, FileIO) and isinstance(self._process.stdout, FileIO)
        self._to, self._from = self._process.stdin, self._process.stdout
        _open.add(self)
        _widen(self._to.fileno())
        _widen(self._from.fileno())
        try:
            self.hello: dict[str, Any] = self._json(self._message())
        except BridgeError as error:
            self.close()
            # Its exit code for what was asked of it wrongly; else something may be missing.
            wrong_use = self._process.returncode == 2
            brings = "" if wrong_use else f" 'deno task setup --no-tensorflow' in {root} brings what they need."
            raise BridgeError(f"The games did not start: {error}{brings}") from None
        if self.hello["protocol"] != PROTOCOL:
            self.close()
            raise BridgeError(
                f"{root} speaks protocol {self.hello['protocol']}, this package {PROTOCOL}: install the one that is in it."
            )

    def reset(self, **wanted: Any) -> tuple[NDArray[Any], NDArray[np.uint8], NDArray[np.uint8]]:
        """Begins the games; see :meth:`receive`."""
        given = {key: value for key, value in wanted.items() if value is not None}
        self._send(b"R", json.dumps(given).encode())
        return self.receive()

    def send_actions(self, actions: bytes) -> None:
        """One step of every game; 255 stands still. Chrome plays on until :meth:`receive` is called."""
        self._send(b"S", actions)

    def receive(self) -> tuple[NDArray[Any], NDArray[np.uint8], NDArray[np.uint8]]:
        """Records [n], newest frames [n, 80, 80], last frames [ended, 80, 80]: new arrays."""
        frames_at = HEAD.size + self.games * RECORD.itemsize
        state = np.empty(frames_at + self.games * FRAME_BYTES, np.uint8)
        filled = self._fill(state, enough=HEAD.size)
        length, ended = HEAD.unpack(state[: HEAD.size].tobytes())
        if ended > self.games:  # the beginning of a message of words
            self._json(state[4:filled].tobytes() + self._exactly(4 + length - filled))
        self._fill(state, filled)
        records = state[HEAD.size : frames_at].view(RECORD)
        frames = state[frames_at:].reshape(self.games, *FRAME)
        last = np.empty((ended, *FRAME), np.uint8)
        if ended:
            self._fill(last)
        self.owes = False
        return records, frames, last

    def pictures(self) -> NDArray[np.uint8]:
        """The whole page of each game, grey: [n, 150, 552]."""
        self._send(b"P")
        message = self._message()
        if message[:1] == b"E":
            self._json(message)
        self.owes = False
        return np.frombuffer(message, np.uint8).reshape(self.games, *PICTURE)

    def close(self) -> None:
        """Ends the process and its Chrome; a second time does nothing."""
        if self._owner != os.getpid():
            return  # a fork's copy: the games are its parent's
        self._to.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from.close()
        self._said.close()

    def _send(self, kind: bytes, body: bytes = b"") -> None:
        if self._owner != os.getpid():
            raise BridgeError("These games belong to the process that made them; make them anew in this one.")
        if self.owes and not self._to.closed:
            raise BridgeError("The request before failed, was interrupted or not waited for: reset the games.")
        self.owes = True
        try:
            self._to.write(struct.pack("<Ic", 1 + len(body), kind) + body)
        except (OSError, ValueError) as error:
            raise BridgeError(self._ended()) from error

    def _message(self) -> bytes:
        return self._exactly(struct.unpack("<I", self._exactly(4))[0])

    def _json(self, message: bytes) -> Any:
        content = json.loads(message[1:])
        self.owes = False
        if message[:1] == b"E":
            raise BridgeError(content["message"])
        return content

    def _exactly(self, length: int) -> bytes:
        body = bytearray(length)
        self._fill(body)
        return bytes(body)

    def _fill(self, buffer: Any, filled: int = 0, enough: int | None = None) -> int:
        """Reads on until it is full, or has enough; gives the bytes that it has."""
        view = memoryview(buffer).cast("B")
        while filled < (len(view) if enough is None else enough):
            count = self._from.readinto(view[filled:])
            if not count:
                raise BridgeError(self._ended())
            filled += count
        return filled

    def _ended(self) -> str:
        """Why its end of the pipe is closed: its own error message, or how it ended."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return "the games' process does not answer any more."
        if self._said.closed:
            return "the games were closed; make them anew."
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").splitlines()
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return f"{errors[-1].rstrip('.')}." if errors else f"the games' process has ended, exit code {code}."


def _widen(pipe: int) -> None:
    try:
        import fcntl

        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), PIPE_BYTES)
    except (ImportError, OSError):
        pass  # slower, no more
