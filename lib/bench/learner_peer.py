"""The same DQN update in PyTorch or TensorFlow, to be timed beside this one.

Usage: python3 learner_peer.py pytorch|tf.function

The first line on stdin describes the network and the update, as JSON; the
answer is {"version": ...}. Each further line, {"what": "update"|"act", "batch":
n, "repeat": k}, is answered by the milliseconds of each of the k runs. Every run
begins with uint8 frames in NumPy and ends when its result is in NumPy again.
"""

import json
import sys
import time

import numpy as np


def random_batch(size, actions):
    """A batch of transitions, frames as [size, 80, 80, 4] uint8."""
    random = np.random.default_rng(size)
    frames = lambda: random.integers(0, 256, (size, 80, 80, 4), np.uint8)
    return {
        "observations": frames(),
        "next_observations": frames(),
        "actions": random.integers(0, actions, size).astype(np.int32),
        "returns": random.standard_normal(size).astype(np.float32),
        "discounts": np.full(size, 0.9, np.float32),
        "weights": np.ones(size, np.float32),
    }


class PyTorch:
    """Eager PyTorch with its own Adam, in its own layout [batch, 4, 80, 80]."""

    def __init__(self, spec):
        import torch

        self.torch = torch
        self.spec = spec
        self.version = torch.__version__
        if spec["threads"]:
            torch.set_num_threads(spec["threads"])
        gpu = spec["gpu"] and torch.cuda.is_available()
        self.device = torch.device("cuda" if gpu else "cpu")
        self.online = self.network().to(self.device)
        self.target = self.network().to(self.device)
        self.target.load_state_dict(self.online.state_dict())
        self.adam = torch.optim.Adam(
            self.online.parameters(),
            lr=spec["learningRate"],
            eps=spec["adamEpsilon"],
        )

    def network(self):
        nn = self.torch.nn
        layers = []
        channels, size = 4, 80
        for layer in self.spec["hidden"]:
            if layer["type"] == "dense":
                if len(layer["kernel"]) == 2 and size:
                    layers.append(nn.Flatten())
                    size = 0
                layers += [nn.Linear(*layer["kernel"]), nn.ReLU()]
                continue
            kernel, stride = layer["kernel"][0], layer["stride"]
            if layer["padding"] == "same":
                total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
                before, after = total // 2, total - total // 2
                layers.append(nn.ZeroPad2d((before, after, before, after)))
                size = -(-size // stride)
            else:
                size = (size - kernel) // stride + 1
            filters = layer["kernel"][3]
            layers.append(nn.Conv2d(channels, filters, kernel, stride))
            if layer["pool"] > 1:
                layers.append(nn.MaxPool2d(layer["pool"]))
                size //= layer["pool"]
            layers.append(nn.ReLU())
            channels = filters
        if size:
            layers.append(nn.Flatten())
        layers.append(self.head())
        return nn.Sequential(*layers)

    def head(self):
        nn, spec = self.torch.nn, self.spec
        inputs, actions = spec["features"], spec["actions"]

        class Dueling(nn.Module):
            def __init__(self):
                super().__init__()
                self.value = nn.Linear(inputs, 1)
                self.advantage = nn.Linear(inputs, actions)

            def forward(self, x):
                advantage = self.advantage(x)
                mean = advantage.mean(1, keepdim=True)
                return self.value(x) + advantage - mean

        return Dueling() if spec["dueling"] else nn.Linear(inputs, actions)

    def prepare(self, batch):
        batch = dict(batch, actions=batch["actions"].astype(np.int64))
        for key in ("observations", "next_observations"):
            batch[key] = np.ascontiguousarray(batch[key].transpose(0, 3, 1, 2))
        return batch

    def tensor(self, array):
        return self.torch.from_numpy(array).to(self.device)

    def pixels(self, frames):
        return self.tensor(frames).float() / 255

    def update(self, batch):
        torch, spec = self.torch, self.spec
        following = self.pixels(batch["next_observations"])
        with torch.no_grad():
            next_q = self.target(following)
            choosing = self.online(following) if spec["doubleQ"] else next_q
            value = next_q.gather(1, choosing.argmax(1, keepdim=True))[:, 0]
            target = self.tensor(batch["returns"])
            target = target + self.tensor(batch["discounts"]) * value
        q = self.online(self.pixels(batch["observations"]))
        estimate = q.gather(1, self.tensor(batch["actions"])[:, None])[:, 0]
        functional = torch.nn.functional
        loss_of = (
            functional.mse_loss
            if spec["loss"] == "mse"
            else functional.smooth_l1_loss
        )
        losses = loss_of(estimate, target, reduction="none")
        loss = (losses * self.tensor(batch["weights"])).mean()
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss.item(), (target - estimate).detach().cpu().numpy()

    def act(self, batch):
        with self.torch.no_grad():
            return self.online(self.pixels(batch["observations"])).cpu().numpy()


class TensorFlow:
    """tf.function with TensorFlow's own Adam kernel, as [batch, 80, 80, 4]."""

    def __init__(self, spec):
        import tensorflow as tf

        self.tf = tf
        self.spec = spec
        self.version = tf.__version__
        if spec["threads"]:
            tf.config.threading.set_intra_op_parallelism_threads(spec["threads"])
        if not spec["gpu"]:
            tf.config.set_visible_devices([], "GPU")
        self.online = [self.variable(shape) for shape in spec["weights"]]
        self.target = [tf.Variable(weight) for weight in self.online]
        zeros = lambda: [tf.Variable(tf.zeros_like(w)) for w in self.online]
        self.moments = list(zip(zeros(), zeros()))
        self.steps = tf.Variable(0.0)
        self.update_graph = tf.function(self.update_step)
        self.act_graph = tf.function(
            lambda frames: self.network(self.online, frames)
        )

    def variable(self, shape):
        fan_in = int(np.prod(shape[:-1])) or 1
        return self.tf.Variable(self.tf.random.normal(shape, 0, fan_in**-0.5))

    def network(self, weights, frames):
        tf, spec = self.tf, self.spec
        x = tf.cast(frames, tf.float32) / 255
        weights = iter(weights)
        for layer in spec["hidden"]:
            kernel, bias = next(weights), next(weights)
            if layer["type"] == "dense":
                x = tf.reshape(x, [-1, layer["kernel"][0]])
                x = tf.nn.relu(x @ kernel + bias)
                continue
            x = tf.nn.conv2d(x, kernel, layer["stride"], layer["padding"].upper())
            x = tf.nn.bias_add(x, bias)
            if layer["pool"] > 1:
                x = tf.nn.max_pool2d(x, layer["pool"], layer["pool"], "VALID")
            x = tf.nn.relu(x)
        x = tf.reshape(x, [-1, spec["features"]])
        heads = [x @ next(weights) + next(weights) for _ in spec["outputs"]]
        if not spec["dueling"]:
            return heads[0]
        value, advantage = heads
        return value + advantage - tf.reduce_mean(advantage, 1, keepdims=True)

    def update_step(self, batch):
        tf, spec = self.tf, self.spec
        select = lambda q, a: tf.reduce_sum(q * tf.one_hot(a, spec["actions"]), 1)
        next_q = self.network(self.target, batch["next_observations"])
        choosing = next_q
        if spec["doubleQ"]:
            choosing = self.network(self.online, batch["next_observations"])
        value = select(next_q, tf.argmax(choosing, 1))
        target = tf.stop_gradient(batch["returns"] + batch["discounts"] * value)
        with tf.GradientTape() as tape:
            q = self.network(self.online, batch["observations"])
            error = target - select(q, batch["actions"])
            if spec["loss"] == "mse":
                losses = tf.square(error)
            else:
                quadratic = tf.minimum(tf.abs(error), 1)
                losses = quadratic**2 / 2 + tf.abs(error) - quadratic
            loss = tf.reduce_mean(losses * batch["weights"])
        gradients = tape.gradient(loss, self.online)
        self.steps.assign_add(1)
        for weight, (m, v), gradient in zip(self.online, self.moments, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=0.9**self.steps,
                beta2_power=0.999**self.steps,
                lr=spec["learningRate"],
                beta1=0.9,
                beta2=0.999,
                epsilon=spec["adamEpsilon"],
                grad=gradient,
            )
        return loss, error

    def prepare(self, batch):
        return batch

    def update(self, batch):
        loss, error = self.update_graph(batch)
        return loss.numpy(), error.numpy()

    def act(self, batch):
        return self.act_graph(batch["observations"]).numpy()


def main():
    peer = {"pytorch": PyTorch, "tf.function": TensorFlow}[sys.argv[1]](
        json.loads(sys.stdin.readline())
    )
    print(json.dumps({"version": peer.version}), flush=True)
    batches = {}
    for line in sys.stdin:
        request = json.loads(line)
        size = request["batch"]
        if size not in batches:
            batches[size] = peer.prepare(random_batch(size, peer.spec["actions"]))
        run = peer.update if request["what"] == "update" else peer.act
        milliseconds = []
        for _ in range(request["repeat"]):
            start = time.perf_counter()
            run(batches[size])
            milliseconds.append((time.perf_counter() - start) * 1000)
        print(json.dumps(milliseconds), flush=True)


main()
