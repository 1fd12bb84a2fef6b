"""The games for Stable-Baselines3, which takes no Gymnasium ``VectorEnv``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

from .envs import DinoVectorEnv


class DinoVecEnv(VecEnv):
    """Games side by side, with ``terminal_observation``, ``TimeLimit.truncated`` and ``episode`` in their infos."""

    def __init__(self, num_envs: int = 8, **options: Any) -> None:
        self.games = DinoVectorEnv(num_envs, autoreset_mode=AutoresetMode.SAME_STEP, **options)
        self.render_mode = options.get("render_mode")
        super().__init__(num_envs, self.games.single_observation_space, self.games.single_action_space)

    def reset(self) -> np.ndarray:
        seed = self._seeds[0]
        observations, _ = self.games.reset(seed=None if seed is None else int(seed), options=self._options[0] or None)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: np.ndarray) -> None:
        self.games.step_async(np.asarray(actions))

    def step_wait(self) -> Any:
        observations, rewards, terminated, truncated, info = self.games.step_wait()
        infos: list[dict[str, Any]] = [{key: info[key][i] for key in ("score", "seed")} for i in range(self.num_envs)]
        for i in np.flatnonzero(terminated | truncated):
            over = info["final_info"]
            infos[i] |= {
                "terminal_observation": info["final_obs"][i],
                "TimeLimit.truncated": bool(truncated[i] and not terminated[i]),
                "episode": {"r": float(over["episode"]["r"][i]), "l": int(over["episode"]["l"][i]), "t": 0.0},
                "score": int(over["score"][i]),
            }
        return observations, rewards.astype(np.float32), terminated | truncated, infos

    def close(self) -> None:
        self.games.close()

    def get_images(self) -> Sequence[np.ndarray]:
        return list(self.games.render())

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [getattr(self.games, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        setattr(self.games, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        raise NotImplementedError(f"The games are one process: {method_name} cannot be called of one of them.")

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * len(list(self._get_indices(indices)))
