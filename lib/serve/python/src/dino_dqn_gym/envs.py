"""The dinosaur game as Gymnasium's ``VectorEnv`` and ``Env``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import Error, InvalidAction, ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from .bridge import FRAME, Bridge

STACK = 4
#: Seeds of training games are below; evaluations use none of them.
TRAINING_SEEDS = 500_000
STANDS_STILL = 255
FRAMES_PER_SECOND = 60
#: What a keyword changes in the config.
KEYS = {
    "speed": "game.speed", "actions": "game.actions", "frame_skip": "game.frameSkip",
    "birds": "game.birds", "clouds": "game.clouds", "night": "game.night",
}  # fmt: skip
RESET_OPTIONS = {"training", "once", "max_score"}


def _sets(options: dict[str, Any], sets: Sequence[str]) -> list[str]:
    unknown = sorted(set(options) - set(KEYS))
    if unknown:
        raise Error(f"There is no option {unknown[0]!r}; there is {', '.join(KEYS)}, and sets=['key=value'] for any key.")
    words = {True: "true", False: "false"}
    named = [f"{KEYS[key]}={words[value] if isinstance(value, bool) else value}" for key, value in options.items()]
    # Random actions are the caller's affair; the config's must be as many as there are actions.
    return [*named, *(["exploration.actionProbabilities=null"] if "actions" in options else []), *sets]


class DinoVectorEnv(VectorEnv[NDArray[np.uint8], NDArray[np.integer[Any]], NDArray[Any]]):
    """Games side by side. Observations [n, 4, 80, 80] uint8, the newest frame last; every call returns new arrays."""

    def __init__(
        self,
        num_envs: int = 8,
        *,
        render_mode: str | None = None,
        max_score: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        config: str | os.PathLike[str] | None = None,
        sets: Sequence[str] = (),
        training: bool = False,
        program: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise Error(f"There is no render_mode {render_mode!r}; there is 'rgb_array'.")
        mode = AutoresetMode(autoreset_mode)
        if mode is AutoresetMode.DISABLED:
            raise Error("The games go on by themselves: autoreset_mode must be NEXT_STEP or SAME_STEP.")
        if num_envs < 1:
            raise Error(f"There must be at least one game, not {num_envs}.")
        self._open = partial(Bridge, num_envs, config=config, sets=_sets(options, sets), training=training, program=program)
        self._bridge = self._open()
        self.num_envs, self.max_score, self.render_mode = num_envs, max_score, render_mode
        self.metadata = {
            "render_modes": ["rgb_array"],
            "render_fps": FRAMES_PER_SECOND / self._bridge.hello["frameSkip"],
            "autoreset_mode": mode,
        }
        self.single_observation_space = gym.spaces.Box(0, 255, (STACK, *FRAME), np.uint8)
        self._actions = int(self._bridge.hello["actions"])
        self.single_action_space = gym.spaces.Discrete(self._actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        #: The oldest frames first, [n, 80, 80] each.
        self._recent = [np.zeros((num_envs, *FRAME), np.uint8) for _ in range(STACK)]
        #: The observations of the step under way, but for its newest frames.
        self._next: NDArray[np.uint8] | None = None
        #: Games that stand still for a step because they ended in the last one (NEXT_STEP).
        self._resting: list[int] = []
        #: The mask of what every game has: one for all steps, which nobody can change.
        self._everybody = np.ones(num_envs, bool)
        self._everybody.flags.writeable = False
        self._begun = False

    def reset(
        self, *, seed: int | Sequence[int] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Begins all games. ``seed``: the first one's, the others have the following ones; or a list."""
        options = options or {}
        unknown = sorted(set(options) - RESET_OPTIONS)
        if unknown:
            raise Error(f"There is no reset option {unknown[0]!r}; there is {', '.join(sorted(RESET_OPTIONS))}.")
        if isinstance(seed, (int, np.integer)):
            self._np_random, self._np_random_seed = gym.utils.seeding.np_random(int(seed))
            seeds = [int(seed) + i for i in range(self.num_envs)]
        elif seed is None:
            seeds = self.np_random.integers(0, TRAINING_SEEDS, self.num_envs).tolist()
        else:
            seeds = [int(each) for each in seed]
        if self._bridge.owes and not self.closed:  # Ctrl-C in the middle of a step
            self._bridge.close()
            self._bridge = self._open()
        records, frames, _ = self._bridge.reset(
            seeds=seeds, training=options.get("training"), once=options.get("once"),
            maxScore=options.get("max_score", self.max_score),
        )  # fmt: skip
        self._begun, self._resting, self._next = True, [], None
        return self._stack(frames, range(self.num_envs)), self._info(records)

    def step_async(self, actions: Any) -> None:
        """Begins a step; Chrome plays while the caller does something else, until :meth:`step_wait`."""
        if not self._begun:
            raise ResetNeeded("The games have not begun: call reset first.")
        if self._bridge.owes and not self.closed:
            raise ResetNeeded("The step before failed, was interrupted or not waited for: call reset first.")
        wanted = np.asarray(actions)
        if wanted.shape != (self.num_envs,) or wanted.dtype.kind not in "iu":
            raise InvalidAction(f"Actions must be {self.num_envs} whole numbers, not {wanted.dtype} {list(wanted.shape)}.")
        chosen: list[int] = wanted.tolist()
        if min(chosen) < 0 or max(chosen) >= self._actions:
            raise InvalidAction(f"An action must be 0 to {self._actions - 1}: {chosen}.")
        for i in self._resting:
            chosen[i] = STANDS_STILL
        self._bridge.send_actions(bytes(chosen))
        self._next = self._older()  # while Chrome plays

    def step_wait(self) -> tuple[NDArray[np.uint8], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """The result of the step that was begun."""
        records, frames, last = self._bridge.receive()
        info, begun, self._resting = self._info(records), self._resting, []
        if len(last):  # else no game has ended, as in most steps
            over = records["ended"].nonzero()[0].tolist()
            if self.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP:
                info |= self._final(records, last)
                begun = over
            else:
                # What an ended game shows now is its end; its next game's first frame waits for a step.
                frames[over] = last
                for key in ("score", "seed"):
                    info[key][over] = records[f"ended_{key}"][over]
                self._resting = over
        return (
            self._stack(frames, begun), records["reward"].astype(np.float64),
            records["terminated"].astype(bool), records["truncated"].astype(bool), info,
        )  # fmt: skip

    def step(self, actions: Any) -> tuple[NDArray[np.uint8], NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """One decision of every game."""
        self.step_async(actions)
        return self.step_wait()

    def render(self) -> tuple[NDArray[np.uint8], ...]:
        """The page of each game, [150, 552, 3] uint8."""
        if not self._begun:
            raise ResetNeeded("The games have not begun: call reset first.")
        return tuple(np.repeat(picture[..., None], 3, -1) for picture in self._bridge.pictures())

    def close_extras(self, **_: Any) -> None:
        """Ends the games and their Chrome."""
        self._bridge.close()

    def _final(self, records: NDArray[Any], last: NDArray[np.uint8]) -> dict[str, Any]:
        ended = records["ended"].astype(bool)
        final = np.empty(self.num_envs, object)
        for i, frame in zip(np.flatnonzero(ended), last):
            final[i] = np.stack([*(old[i] for old in self._recent[1:]), frame])
        over = {
            "score": records["ended_score"].copy(), "seed": records["ended_seed"].copy(),
            "_score": ended.copy(), "_seed": ended.copy(),
            "episode": {"r": records["ended_return"].copy(), "l": records["ended_steps"].copy(), "_r": ended.copy(), "_l": ended.copy()},
            "_episode": ended.copy(),
        }  # fmt: skip
        return {"final_obs": final, "_final_obs": ended, "final_info": over, "_final_info": ended.copy()}

    def _older(self) -> NDArray[np.uint8]:
        """Stacks whose newest frames are still to come."""
        stacks = np.empty((self.num_envs, STACK, *FRAME), np.uint8)
        for k, each in enumerate(self._recent[1:]):  # two thirds of what np.stack takes
            stacks[:, k] = each
        return stacks

    def _stack(self, frames: NDArray[np.uint8], begun: Iterable[int]) -> NDArray[np.uint8]:
        stacks, self._next = self._older() if self._next is None else self._next, None
        stacks[:, -1] = frames
        self._recent = [*self._recent[1:], frames]
        for i in begun:  # an episode's first frame stands for the three before it, too
            stacks[i] = frames[i]
            for old in self._recent[:-1]:
                old[i] = frames[i]
        return stacks

    def _info(self, records: NDArray[Any]) -> dict[str, Any]:
        everybody = self._everybody
        return {
            "score": records["score"].copy(), "_score": everybody, "speed": records["speed"].copy(), "_speed": everybody,
            "seed": records["seed"].copy(), "_seed": everybody,
        }  # fmt: skip


class DinoEnv(gym.Env[NDArray[np.uint8], Any]):
    """One game: a vector of one that stands still when its episode has ended."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 15}

    def __init__(self, render_mode: str | None = None, **options: Any) -> None:
        self._games = DinoVectorEnv(1, render_mode=render_mode, autoreset_mode=AutoresetMode.SAME_STEP, **options)
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": self._games.metadata["render_fps"]}
        self.observation_space = self._games.single_observation_space
        self.action_space = self._games.single_action_space
        self._over = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Begins a game; without a seed the next one that follows from the last."""
        super().reset(seed=seed)
        first = int(self.np_random.integers(TRAINING_SEEDS)) if seed is None else int(seed)
        observations, info = self._games.reset(seed=[first], options={**(options or {}), "once": True})
        self._over = False
        return observations[0], self._one(info)

    def step(self, action: Any) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """One decision."""
        if self._over:
            raise ResetNeeded("The game is over: call reset first.")
        observations, rewards, terminated, truncated, info = self._games.step(np.asarray([action]))
        self._over = bool(terminated[0] or truncated[0])
        if self._over:
            observations, info = info["final_obs"], {**info, **info["final_info"]}
        return observations[0], float(rewards[0]), bool(terminated[0]), bool(truncated[0]), self._one(info)

    def render(self) -> NDArray[np.uint8]:
        """The page, [150, 552, 3] uint8."""
        return self._games.render()[0]

    def close(self) -> None:
        """Ends the game and its Chrome."""
        self._games.close()

    @staticmethod
    def _one(info: dict[str, Any]) -> dict[str, Any]:
        return {"score": int(info["score"][0]), "seed": int(info["seed"][0]), "speed": float(info["speed"][0])}
