"""Random play through the Python package, in turns with that of a Deno that plays alone (lib/bench/bridge_alone.ts):

    python lib/bench/bridge.py [GAMES,GAMES,...] [ROUNDS] [SECONDS]

One line of JSON per number of games: agent steps a second of both, and the median of the pairs' ratios.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from gymnasium.vector import AutoresetMode

from dino_dqn_gym import DinoVectorEnv
from dino_dqn_gym.bridge import find_deno

ALONE = Path(__file__).with_name("bridge_alone.ts")


def through(envs: DinoVectorEnv, rng: np.random.Generator, seconds: float) -> float:
    """Agent steps a second through the bridge; 1 in 10 actions is a jump."""
    steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        envs.step((rng.random(envs.num_envs) < 0.1).astype(np.int64))
        steps += envs.num_envs
    return steps / (time.perf_counter() - began)


def main(games: str = "8,16,32", rounds: str = "7", seconds: str = "0.8") -> None:
    rng = np.random.default_rng(1)
    for count in map(int, games.split(",")):
        envs = DinoVectorEnv(count, training=True, autoreset_mode=AutoresetMode.SAME_STEP)
        envs.reset(seed=1)
        alone = subprocess.Popen(
            [*find_deno(), "run", "-A", "--quiet", str(ALONE), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert alone.stdin and alone.stdout
        pairs = []
        for _ in range(int(rounds) + 1):  # the first one warms up
            print(float(seconds) * 1000, file=alone.stdin, flush=True)
            pairs.append((float(alone.stdout.readline()), through(envs, rng, float(seconds))))
        alone.stdin.close()
        alone.wait()
        envs.close()
        pairs = pairs[1:]
        rate = {name: statistics.median(pair[i] for pair in pairs) for i, name in enumerate(("alone", "bridge"))}
        ratio = statistics.median(bridge / alone for alone, bridge in pairs)
        extra = statistics.median(1000 * count * (1 / bridge - 1 / alone) for alone, bridge in pairs)
        print(json.dumps({
            "games": count, "alone": round(rate["alone"]), "bridge": round(rate["bridge"]), "ratio": round(ratio, 2),
            "extra_ms_per_step": round(extra, 3), "load": round(os.getloadavg()[0], 1),
        }), flush=True)  # fmt: skip


main(*sys.argv[1:])
