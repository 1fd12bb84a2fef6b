"""The Python package on the real game; gymnasium_test.ts runs this file. At its end it says what two games showed."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings

import gymnasium as gym
import numpy as np
from gymnasium.error import Error, InvalidAction, ResetNeeded
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

from dino_dqn_gym import BridgeError, DinoVectorEnv

ID = "dino_dqn/ChromeDino-v0"
STEPS = 160
#: How often games are opened and closed; by hand: 100.
OPENINGS = int(os.environ.get("OPENINGS", 3))


def digest(observations) -> str:
    return hashlib.sha256(np.ascontiguousarray(observations).tobytes()).hexdigest()


def refused(kind, action, words: str) -> None:
    try:
        action()
    except kind as error:
        assert words in str(error), error
        return
    raise AssertionError(f"{kind.__name__} was expected")


def one_game(max_score: int) -> list:
    """Episodes of single games: their observations, and how they ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gym.make(ID, render_mode="rgb_array", max_score=max_score)
        check_env(env.unwrapped)
    episodes = []
    for seed in (7, 8):
        observation, info = env.reset(seed=seed)
        assert info["seed"] == seed
        seen = [observation]
        while True:
            observation, reward, terminated, truncated, info = env.step(0)
            seen.append(observation)
            if terminated or truncated:
                break
        episodes.append((digest(seen), reward, terminated, truncated, info["score"]))
    refused(ResetNeeded, lambda: env.step(0), "over")
    assert env.render().shape == (150, 552, 3)
    assert env.unwrapped.metadata["render_fps"] == 15
    env.close()
    env.close()
    return episodes


def vector(mode: AutoresetMode):
    return gym.make_vec(ID, num_envs=2, vectorization_mode="vector_entry_point", autoreset_mode=mode)


def games_in_vector(envs, max_score: int) -> list:
    """The first episode of each of two games, as :func:`one_game` has them."""
    mode = envs.metadata["autoreset_mode"]
    observations, info = envs.reset(seed=7, options={"max_score": max_score})
    assert info["seed"].tolist() == [7, 8]
    seen, done = [[o] for o in observations], [None, None]
    refused(InvalidAction, lambda: envs.step([0, 2]), "0 to 1")
    refused(InvalidAction, lambda: envs.step([0, -1]), "0 to 1")
    refused(InvalidAction, lambda: envs.step([0]), "2 whole numbers")
    while None in done:
        observations, rewards, terminated, truncated, info = envs.step(np.zeros(2, np.int64))
        for i in range(2):
            if done[i]:
                continue
            over = terminated[i] or truncated[i]
            last = info["final_obs"][i] if over and mode is AutoresetMode.SAME_STEP else observations[i]
            seen[i].append(last)
            if over:
                score = info["final_info"]["score"][i] if mode is AutoresetMode.SAME_STEP else info["score"][i]
                done[i] = (digest(seen[i]), rewards[i], bool(terminated[i]), bool(truncated[i]), int(score))
    return done


def long_play(envs) -> tuple[str, str]:
    """What two games show as their next episodes begin."""
    observations, _ = envs.reset(seed=3)
    firsts = [[], []]
    rested = np.zeros(2, bool)
    for _ in range(STEPS):
        observations, _, terminated, truncated, _ = envs.step(np.zeros(2, np.int64))
        over = terminated | truncated
        begun = over if envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP else rested
        for i in np.flatnonzero(begun):
            firsts[i].append(observations[i].copy())
        rested = over
    return tuple(digest(first[:2]) for first in firsts)


def helpers_of_gymnasium(envs) -> None:
    envs = gym.wrappers.vector.RecordEpisodeStatistics(envs)
    envs.reset(seed=1)
    while envs.episode_count == 0:
        _, _, _, _, info = envs.step(np.zeros(2, np.int64))
    assert info["episode"]["l"].max() > 20
    env = gym.make(ID, speed="accelerating", actions=3)
    assert env.action_space.n == 3
    env.close()


def what_is_wrong_is_said(envs) -> None:
    refused(Error, lambda: gym.make(ID, spede=3), "spede")
    refused(Error, lambda: DinoVectorEnv(1, autoreset_mode="Disabled"), "NEXT_STEP")
    refused(BridgeError, lambda: DinoVectorEnv(1, program="/nowhere"), "/nowhere is not a clone")
    refused(BridgeError, lambda: DinoVectorEnv(1, sets=["game.speed=fast"]), "game.speed")
    refused(ResetNeeded, lambda: envs.step([0, 0]), "reset")
    refused(Error, lambda: envs.reset(seed=[1, 2, 3]), "3 seeds for 2 games")
    refused(Error, lambda: envs.reset(options={"trainig": 1}), "trainig")
    envs.reset(seed=1, options={"training": 1})
    envs.step([0, 1])
    whole = os.readv

    def interrupted(*where):
        os.readv = whole
        whole(*where)
        raise KeyboardInterrupt

    os.readv = interrupted
    try:
        envs.step([0, 1])
    except KeyboardInterrupt:
        refused(ResetNeeded, lambda: envs.step([0, 1]), "interrupted")
    assert envs.reset(seed=7)[1]["seed"].tolist() == [7, 8]


def of_these_games(mark: str) -> list[int]:
    """Processes that were started with a mark in their environment, zombies left out."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            environment = open(f"/proc/{pid}/environ", "rb").read()
        except OSError:
            continue
        if int(pid) != os.getpid() and f"MARK={mark}\0".encode() in environment + b"\0":
            found.append(int(pid))
    return found


def soon(what: str, holds) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def nothing_is_left() -> None:
    """Whoever is killed, and however often games are opened: no process, no folder, no descriptor is left."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TMPDIR": folder, "MARK": folder}

        def gone_but(*others: int):
            return lambda: not set(of_these_games(folder)) - set(others) and not os.listdir(folder)

        gone = gone_but()
        descriptors = len(os.listdir("/proc/self/fd"))
        for _ in range(OPENINGS):
            env = gym.make(ID)
            env.reset(seed=1)
            env.close()
        soon("games that were closed are left", gone)
        assert len(os.listdir("/proc/self/fd")) == descriptors

        code = f"import gymnasium, dino_dqn_gym, time\nenv = gymnasium.make('{ID}'); env.reset(seed=1)\n" \
            "print('begun', flush=True)\ntime.sleep(60)"
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        soon("a Python that was killed left games", gone)

        envs = vector(AutoresetMode.SAME_STEP)
        envs.reset(seed=1)
        fork = os.fork()
        if fork == 0:
            refused(BridgeError, lambda: envs.step([0, 0]), "belong to the process that made them")
            time.sleep(60)
            os._exit(0)
        envs.step([0, 0])
        envs.close()
        soon("games that a fork has a copy of are left", gone_but(fork))
        os.kill(fork, signal.SIGKILL)
        os.waitpid(fork, 0)

        envs = vector(AutoresetMode.SAME_STEP)
        seen = []
        for killed in (False, True):
            envs.reset(seed=1)
            for step in range(12):
                observations, *_ = envs.step([0, 1])
                if killed and step == 5:
                    for pid in of_these_games(folder):
                        if b"--user-data-dir" in open(f"/proc/{pid}/cmdline", "rb").read():
                            os.kill(pid, signal.SIGKILL)
                            break
            seen.append(digest(observations))
        assert seen[0] == seen[1], "a Chrome that was killed and brought back shows other pixels"

        os.kill(envs._bridge._process.pid, signal.SIGKILL)
        refused(BridgeError, lambda: [envs.step([0, 0]) for _ in range(3)], "has ended")
        envs.close()
        soon("a Deno that was killed left its Chrome, or a Chrome that was killed is left", gone)


crashed = one_game(10**6)
assert [(terminated, truncated) for _, _, terminated, truncated, _ in crashed] == [(True, False)] * 2
assert all(reward == -1 for _, reward, *_ in crashed)
cut = one_game(20)
assert [(terminated, truncated, score) for _, _, terminated, truncated, score in cut] == [(False, True, 20)] * 2
same, following = vector(AutoresetMode.SAME_STEP), vector(AutoresetMode.NEXT_STEP)
what_is_wrong_is_said(same)
for envs in (same, following):
    for max_score, alone in ((10**6, crashed), (20, cut)):
        assert games_in_vector(envs, max_score) == alone, (envs.metadata, max_score)
assert long_play(same) == long_play(following)
helpers_of_gymnasium(following)
same.close()
following.close()
nothing_is_left()
print(*(seen for seen, *_ in crashed))
