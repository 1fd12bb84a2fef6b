"""The Python package on the real game; gymnasium_test.ts runs this file. Says "all held" at its end."""

import hashlib
import os
import signal
import subprocess
import sys
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


def vector(mode: AutoresetMode, **options):
    return gym.make_vec(ID, num_envs=2, vectorization_mode="vector_entry_point", autoreset_mode=mode, **options)


def games_in_vector(mode: AutoresetMode, max_score: int) -> list:
    """The first episode of each of two games, as :func:`one_game` has them."""
    envs = vector(mode, max_score=max_score)
    observations, info = envs.reset(seed=7)
    assert info["seed"].tolist() == [7, 8]
    seen, done = [[o] for o in observations], [None, None]
    refused(InvalidAction, lambda: envs.step([0, 2]), "0 to 1")
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
    envs.close()
    return done


def long_play(mode: AutoresetMode) -> tuple[str, str]:
    """What two games show over several episodes, without the steps in which NEXT_STEP stands still."""
    envs = vector(mode)
    observations, _ = envs.reset(seed=3)
    firsts = [[], []]
    rested = np.zeros(2, bool)
    for _ in range(STEPS):
        observations, _, terminated, truncated, _ = envs.step(np.zeros(2, np.int64))
        over = terminated | truncated
        begun = over if mode is AutoresetMode.SAME_STEP else rested
        for i in np.flatnonzero(begun):
            firsts[i].append(observations[i].copy())
        rested = over
    envs.close()
    return tuple(digest(first[:2]) for first in firsts)


def helpers_of_gymnasium() -> None:
    envs = gym.wrappers.vector.RecordEpisodeStatistics(vector(AutoresetMode.NEXT_STEP))
    envs.reset(seed=1)
    while envs.episode_count == 0:
        _, _, _, _, info = envs.step(np.zeros(2, np.int64))
    assert info["episode"]["l"].max() > 20
    envs.close()
    env = gym.make(ID, speed="accelerating", actions=3)
    assert env.action_space.n == 3
    env.close()


def what_is_wrong_is_said() -> None:
    refused(Error, lambda: gym.make(ID, spede=3), "spede")
    refused(Error, lambda: DinoVectorEnv(1, autoreset_mode="Disabled"), "NEXT_STEP")
    refused(BridgeError, lambda: DinoVectorEnv(1, program="/nowhere"), "/nowhere is not a clone")
    refused(BridgeError, lambda: DinoVectorEnv(1, sets=["game.speed=fast"]), "game.speed")
    envs = vector(AutoresetMode.SAME_STEP)
    refused(ResetNeeded, lambda: envs.step([0, 0]), "reset")
    refused(Error, lambda: envs.reset(seed=[1, 2, 3]), "3 seeds for 2 games")
    refused(Error, lambda: envs.reset(options={"trainig": 1}), "trainig")
    envs.reset(seed=1, options={"training": 1})
    envs.step([0, 1])
    envs.close()


def nothing_is_left() -> None:
    """A program that is killed leaves no process of its games."""
    code = "import gymnasium, dino_dqn_gym, os, time\n" \
        f"env = gymnasium.make('{ID}'); env.reset(seed=1)\n" \
        "print(env.unwrapped._games._bridge._process.pid, flush=True)\ntime.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    games = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    for _ in range(600):
        if not os.path.exists(f"/proc/{games}") or open(f"/proc/{games}/stat").read().split(")")[-1].split()[0] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError(f"the games' process {games} is left")


crashed = one_game(10**6)
assert [(terminated, truncated) for _, _, terminated, truncated, _ in crashed] == [(True, False)] * 2
assert all(reward == -1 for _, reward, *_ in crashed)
cut = one_game(20)
assert [(terminated, truncated, score) for _, _, terminated, truncated, score in cut] == [(False, True, 20)] * 2
for max_score, alone in ((10**6, crashed), (20, cut)):
    for mode in (AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP):
        assert games_in_vector(mode, max_score) == alone, (mode, max_score)
assert long_play(AutoresetMode.SAME_STEP) == long_play(AutoresetMode.NEXT_STEP)
helpers_of_gymnasium()
what_is_wrong_is_said()
nothing_is_left()
print("all held")
