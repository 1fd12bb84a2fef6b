"""A complete DQN (Mnih et al. 2015) in one file, as CleanRL has them; needs torch beside this package.

    python dqn.py --total-timesteps 20000 --seed 1
"""

import argparse
import random
import time

import gymnasium as gym
import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from torch import nn

import dino_dqn_gym  # noqa: F401  (makes the environment known)

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--total-timesteps", type=int, default=20_000, help="of all games together")
parser.add_argument("--num-envs", type=int, default=8)
parser.add_argument("--learning-rate", type=float, default=2.5e-4)
parser.add_argument("--buffer-size", type=int, default=20_000, help="steps kept, 51 kB each")
parser.add_argument("--gamma", type=float, default=0.97)
parser.add_argument("--target-network-frequency", type=int, default=125, help="updates between copies")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--start-e", type=float, default=1.0)
parser.add_argument("--end-e", type=float, default=0.02)
parser.add_argument("--exploration-steps", type=int, default=10_000)
parser.add_argument("--learning-starts", type=int, default=2_000)
parser.add_argument("--speed", default="6", help="pixels per frame, or accelerating")
args = parser.parse_args()


class QNetwork(nn.Module):
    def __init__(self, actions: int) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(4, 32, 8, 4), nn.ReLU(), nn.Conv2d(32, 64, 4, 2), nn.ReLU(), nn.Conv2d(64, 64, 3, 1), nn.ReLU(),
            nn.Flatten(), nn.Linear(64 * 6 * 6, 512), nn.ReLU(), nn.Linear(512, actions),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values: torch.Tensor = self.network(x.float() / 255)
        return values


random.seed(args.seed)
rng = np.random.default_rng(args.seed)
torch.manual_seed(args.seed)
envs = gym.make_vec(
    "dino_dqn/ChromeDino-v0", num_envs=args.num_envs, vectorization_mode="vector_entry_point",
    autoreset_mode=AutoresetMode.SAME_STEP, speed=args.speed,
)  # fmt: skip
assert isinstance(envs.single_action_space, gym.spaces.Discrete)
actions = int(envs.single_action_space.n)
q_network, target_network = QNetwork(actions), QNetwork(actions)
target_network.load_state_dict(q_network.state_dict())
optimizer = torch.optim.Adam(q_network.parameters(), lr=args.learning_rate, eps=1e-5)

observations, _ = envs.reset(seed=args.seed)
size = (args.buffer_size, *observations.shape[1:])
seen, then = np.empty(size, np.uint8), np.empty(size, np.uint8)
taken, rewarded = np.empty(args.buffer_size, np.int64), np.empty(args.buffer_size, np.float32)
dead = np.empty(args.buffer_size, np.float32)

began, updates = time.time(), 0
returns: list[float] = []
for step in range(0, args.total_timesteps, args.num_envs):
    done = min(1.0, step / args.exploration_steps)
    epsilon = args.start_e + done * (args.end_e - args.start_e)
    with torch.no_grad():
        chosen = q_network(torch.as_tensor(observations)).argmax(1).numpy()
    # A player that jumps half of the time does not live long enough to learn.
    drawn = np.where(rng.random(args.num_envs) < 0.2, 1, 0)
    chosen = np.where(rng.random(args.num_envs) < epsilon, drawn, chosen)
    following, rewards, terminated, truncated, info = envs.step(chosen)

    # What an episode ended with, not what the next one begins with.
    last = following.copy()
    for i in np.flatnonzero(terminated | truncated):
        last[i] = info["final_obs"][i]
        returns.append(float(info["final_info"]["episode"]["r"][i]))
    at = np.arange(step, step + args.num_envs) % args.buffer_size
    seen[at], then[at], taken[at], rewarded[at], dead[at] = observations, last, chosen, rewards, terminated
    observations = following

    if step >= args.learning_starts:
        batch = rng.integers(0, min(step + args.num_envs, args.buffer_size), args.batch_size)
        with torch.no_grad():
            best = target_network(torch.as_tensor(then[batch])).max(1).values
            target = torch.as_tensor(rewarded[batch]) + args.gamma * best * (1 - torch.as_tensor(dead[batch]))
        value = q_network(torch.as_tensor(seen[batch])).gather(1, torch.as_tensor(taken[batch])[:, None]).squeeze(1)
        loss = nn.functional.smooth_l1_loss(value, target)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        updates += 1
        if updates % args.target_network_frequency == 0:
            target_network.load_state_dict(q_network.state_dict())

    if step % 1000 < args.num_envs and returns:
        speed = (step + args.num_envs) / (time.time() - began)
        print(f"step {step}: return {np.mean(returns[-10:]):.2f} of the last 10 games, {speed:.0f} steps/s", flush=True)
envs.close()
