"""Runs a program in a pseudo-terminal of 24 rows: pty-fixture.py <columns> <program> [argument ...].

What comes on standard input is typed, and what the program shows goes to standard output. In the end, file descriptor 3 gets
the program's exit code, and whether the terminal is as a shell expects it.
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios

columns, *command = sys.argv[1:]
screen, terminal = pty.openpty()
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
program = subprocess.Popen(
    command,
    stdin=terminal,
    stdout=terminal,
    stderr=terminal,
    start_new_session=True,
    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
)
sources = [screen, 0]
while True:
    ready, _, _ = select.select(sources, [], [], 0.1)
    if screen in ready:
        os.write(1, os.read(screen, 65536))
    if 0 in ready:
        typed = os.read(0, 65536)
        if typed:
            os.write(screen, typed)
        else:
            sources.remove(0)
    if not ready and program.poll() is not None:
        break
flags = termios.tcgetattr(terminal)[3]
restored = all(flags & flag for flag in (termios.ICANON, termios.ECHO, termios.ISIG))
os.write(3, json.dumps({"code": program.returncode, "restored": restored}).encode())
