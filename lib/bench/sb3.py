"""Stable-Baselines3 on the games that a training of ours plays: its DQN with our settings, or with those of RL Zoo for
Atari, or its PPO. With the package of lib/serve/python, stable-baselines3 and its torch installed:

    python lib/bench/sb3.py dqn|atari|ppo SEED [STEPS]

Every 2,500 steps it plays the 20 games greedily with which trainings end their report, and ends when all reach the cap
of 1,000 points. One line of JSON for each, and one at the end: seconds, processor time and memory of all processes.
"""

import json
import resource
import sys
import time
from typing import Any

import numpy as np
import torch
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode
from stable_baselines3 import DQN, PPO, __version__
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.utils import LinearSchedule
from torch import nn

from dino_dqn_gym import DinoVectorEnv
from dino_dqn_gym.sb3 import DinoVecEnv

EVERY, GAMES, CAP, UNSEEN = 2500, 20, 1000, 1_000_000


class Tutorial(BaseFeaturesExtractor):
    """``network.layers: tutorial`` up to its 512 units, with TensorFlow's SAME padding."""

    def __init__(self, observation_space: Box) -> None:
        super().__init__(observation_space, 512)

        def convolution(inputs: int, outputs: int, kernel: int, stride: int, pad: int) -> tuple[nn.Module, ...]:
            return nn.ZeroPad2d(pad), nn.Conv2d(inputs, outputs, kernel, stride), nn.MaxPool2d(2), nn.ReLU()

        self.layers = nn.Sequential(
            *convolution(4, 32, 8, 4, 2), *convolution(32, 64, 4, 2, 1), *convolution(64, 64, 3, 1, 1),
            nn.Flatten(), nn.Linear(64, 512), nn.ReLU(),
        )  # fmt: skip

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        features: torch.Tensor = self.layers(observations)
        return features


class Evaluate(BaseCallback):
    """Greedy games on unseen seeds; training ends when all are at the cap."""

    def _init_callback(self) -> None:
        self.games = DinoVectorEnv(GAMES, autoreset_mode=AutoresetMode.SAME_STEP)
        self.began, self.spent, self.due = time.monotonic(), 0.0, EVERY

    def _on_step(self) -> bool:
        if self.num_timesteps < self.due:
            return True
        self.due += EVERY
        start = time.monotonic()
        trained = start - self.began - self.spent
        observations, _ = self.games.reset(seed=UNSEEN, options={"once": True, "max_score": CAP})
        scores = np.full(GAMES, -1)
        while (scores < 0).any():
            actions, _ = self.model.predict(observations, deterministic=True)
            observations, *_, info = self.games.step(actions)
            if "final_info" in info:
                over = info["final_info"]
                scores[over["_score"]] = over["score"][over["_score"]]
        self.spent += time.monotonic() - start
        say(step=self.num_timesteps, seconds=trained, mean=scores.mean(), capped=int((scores >= CAP).sum()))
        return bool((scores < CAP).any())


def say(**values: float) -> None:
    print(json.dumps({key: round(float(value), 1) for key, value in values.items()}), flush=True)


def main(kind: str = "dqn", seed: int = 1, steps: int = 40_000) -> None:
    # What configs/default.yaml has; SB3 lacks double Q-learning and averaged weights, draws random actions evenly,
    # and tosses one coin for all 8 games.
    ours = dict(
        learning_rate=LinearSchedule(1e-3, 5e-5, min(1, 12_500 / steps)), buffer_size=100_000, learning_starts=2000,
        gamma=0.97, n_steps=3, train_freq=1, target_update_interval=1000, exploration_fraction=min(1, 10_000 / steps),
        exploration_final_eps=0.02, max_grad_norm=1e9,
        policy_kwargs=dict(features_extractor_class=Tutorial, net_arch=[], optimizer_kwargs=dict(eps=1e-5)),
    )  # fmt: skip
    # RL Zoo's, which begin to learn after 100,000 steps: here after 2,000.
    atari = dict(
        buffer_size=100_000, learning_rate=1e-4, batch_size=32, learning_starts=2000, target_update_interval=1000,
        train_freq=4, gradient_steps=1, exploration_fraction=0.1, exploration_final_eps=0.01,
    )  # fmt: skip
    ppo = dict(
        n_steps=128, n_epochs=4, batch_size=256, learning_rate=LinearSchedule(2.5e-4, 0, 1),
        clip_range=LinearSchedule(0.1, 0, 1), vf_coef=0.5, ent_coef=0.01,
    )  # fmt: skip
    kinds: dict[str, tuple[type[DQN] | type[PPO], int, dict[str, Any]]]
    kinds = {"dqn": (DQN, 8, ours), "atari": (DQN, 1, atari), "ppo": (PPO, 8, ppo)}
    algorithm, games, settings = kinds[kind]
    env, evaluate, began = DinoVecEnv(games, training=True), Evaluate(), time.monotonic()
    env.set_options({"training": seed})
    model = algorithm("CnnPolicy", env, seed=seed, device="cpu", **settings)
    model.learn(steps, callback=evaluate, log_interval=1_000_000)
    env.close()
    evaluate.games.close()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    say(
        wall_s=time.monotonic() - began, cpu_s=sum(each.ru_utime + each.ru_stime for each in used),
        python_mb=used[0].ru_maxrss / 1024, largest_child_mb=used[1].ru_maxrss / 1024,
    )  # fmt: skip
    print(json.dumps({"kind": kind, "seed": seed, "stable_baselines3": __version__, "torch": torch.__version__}))


main(sys.argv[1] if sys.argv[1:] else "dqn", *map(int, sys.argv[2:]))
