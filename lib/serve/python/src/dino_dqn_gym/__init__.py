"""The dinosaur game of Chrome as Gymnasium environments."""

import gymnasium as gym

from .bridge import BridgeError
from .envs import DinoEnv, DinoVectorEnv

__all__ = ["BridgeError", "DinoEnv", "DinoVectorEnv", "register_envs"]
ID = "dino_dqn/ChromeDino-v0"


def register_envs() -> None:
    """Makes the environment known to ``gymnasium.make`` and ``make_vec``."""
    if ID not in gym.registry:
        gym.register(ID, entry_point="dino_dqn_gym.envs:DinoEnv", vector_entry_point="dino_dqn_gym.envs:DinoVectorEnv")


register_envs()
