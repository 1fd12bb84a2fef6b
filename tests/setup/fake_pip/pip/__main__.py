"""Stands in for pip: fails with given words, or writes a small wheel.

The wheel has TensorFlow's file names; its two libraries are copies of one of
Python's own, so that they load.
"""

import _ctypes
import os
import sys
import sysconfig
import time
import zipfile


def a_library():
    """Some shared library of this machine."""
    built_in = os.path.join(
        sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("LDLIBRARY")
    )
    return getattr(_ctypes, "__file__", built_in)


with open(os.environ["FAKE_PIP_CALLS"], "a") as calls:
    calls.write("download\n")
words = os.environ.get("FAKE_PIP_FAILURE")
if os.environ.get("PIP_REQUIRE_VIRTUALENV") == "1":
    words = "ERROR: Could not find an activated virtualenv (required)."
if words:
    sys.exit(words)
gate = os.environ.get("FAKE_PIP_GATE")
while gate and not os.path.exists(gate):
    time.sleep(0.02)

folder = sys.argv[sys.argv.index("--dest") + 1]
os.makedirs(folder)
with zipfile.ZipFile(os.path.join(folder, "fake.whl"), "w") as wheel:
    extension = "2.dylib" if sys.platform == "darwin" else "so.2"
    for name in ("framework", "cc"):
        wheel.write(a_library(), f"tensorflow/libtensorflow_{name}.{extension}")
    wheel.writestr("tensorflow/python/not_needed.py", "")
    wheel.writestr("tensorflow_cpu-2.21.0.dist-info/METADATA", "")
