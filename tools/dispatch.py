"""Run a command with NumPy's newer kernels off: last digits, ties and flat minima differ between processors.

NumPy chooses its kernels by processor, among the groups of instructions that it lists in `__cpu_dispatch__` (in NumPy 2.4 on
x86-64: X86_V3, which is AVX2, then X86_V4, AVX512_ICL and AVX512_SPR), and OpenBLAS among its own. Names that NumPy does not
know it ignores with a hidden warning; so the names are taken from its list, and a child process is asked what is on.

Usage: python tools/dispatch.py [none | newest | all | GROUP ...] [-- COMMAND ...]
Without a command the groups are printed: those of this NumPy, those of this processor, those that would be off.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence

VARIABLE = "NPY_DISABLE_CPU_FEATURES"
_BLAS = "OPENBLAS_CORETYPE"
#: What a process says of itself.
_PROBE = (
    "import warnings; warnings.simplefilter('error', ImportWarning);"
    "from numpy._core._multiarray_umath import __cpu_dispatch__ as d, __cpu_features__ as f;"
    "print(*(name for name in d if f[name]))"
)


def known() -> tuple[str, ...]:
    """The groups that this build of NumPy can switch, from old to new."""
    from numpy._core._multiarray_umath import __cpu_dispatch__

    return tuple(__cpu_dispatch__)


def active(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The groups that are on in a new process with this environment. RuntimeError if NumPy does not take the names in it."""
    done = subprocess.run([sys.executable, "-c", _PROBE], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise RuntimeError(f"{VARIABLE}={environment.get(VARIABLE, '')!r}: {said}")
    return tuple(done.stdout.split())


def newest(groups: Sequence[str]) -> tuple[str, ...]:
    """All but the oldest; that one too if it is the only one."""
    return tuple(groups[1:] or groups)


def without(groups: Sequence[str]) -> dict[str, str]:
    """This process's environment, but NumPy without these groups, and then OpenBLAS as on a processor that has none newer.

    ValueError for names that NumPy does not know, RuntimeError where a group stays on all the same.
    """
    unknown = [name for name in groups if name not in known()]
    if unknown:
        raise ValueError(f"NumPy has no group {', '.join(unknown)}; it has {', '.join(known()) or 'none'}")
    environment = dict(os.environ)
    environment[VARIABLE] = ""
    here = active({name: value for name, value in environment.items() if name != VARIABLE})
    off = [name for name in known() if name in groups and name in here]  # it also warns of what the processor lacks
    if off:
        environment[VARIABLE] = " ".join(off)
        if platform.machine().lower() in ("x86_64", "amd64"):
            environment[_BLAS] = "Haswell" if "X86_V3" in here and "X86_V3" not in off else "Nehalem"
    left = [name for name in active(environment) if name in off]
    if left:
        raise RuntimeError(f"NumPy keeps {', '.join(left)} on")
    return environment


def main(arguments: Sequence[str]) -> int:
    """Run the command (0, or its exit status) or print the groups; 2 for a name that NumPy does not know."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    names, command = list(arguments[:split]), list(arguments[split + 1 :])
    try:
        here = active(os.environ)
        sets = {"none": (), "newest": newest(here), "all": here}
        groups = sets[names[0]] if len(names) == 1 and names[0] in sets else tuple(names)
        environment = without(groups)
    except (ValueError, RuntimeError) as error:
        print(f"dispatch: {error}", file=sys.stderr)
        return 2
    if command:
        return subprocess.run(command, env=environment, check=False).returncode
    for title, some in (("NumPy can switch", known()), ("this processor has", here), ("off", groups)):
        print(f"{title + ':':20}{' '.join(some) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
