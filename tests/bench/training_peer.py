"""torch as a peer of training_bench.ts: a network and a batch, then steps of gradient descent with momentum.

A job is a JSON line {"batch", "input", "layers", "steps", "learningRate", "momentum"}; after it come, as bytes, the
weights in the layout of tfjs, the images and the labels. Every line "run" then starts again from those weights, takes
the steps and is answered by one line {"ms", "check": [...]}: the time of the steps and their losses. The number of
threads is the first argument.
"""

import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))


def read(count, dtype=torch.float32):
    data = bytearray(sys.stdin.buffer.read(4 * count))
    return torch.frombuffer(data, dtype=dtype)


def convolution(kernel):
    """Filters are [height, width, in, out] in tfjs; pooling comes before the rectifier there too."""
    height, width, inputs, outputs = kernel
    values = read(height * width * inputs * outputs).reshape(kernel)
    layer = nn.Conv2d(inputs, outputs, (height, width), padding="same")
    layer.weight.data = values.permute(3, 2, 0, 1).contiguous()
    layer.bias.data = read(outputs)
    return [layer, nn.MaxPool2d(2), nn.ReLU()]


def dense(kernel, image):
    """After an image its rows are pixel by pixel in tfjs, channel by channel here."""
    inputs, outputs = kernel
    values = read(inputs * outputs).reshape(kernel)
    if image is not None:
        height, width, channels = image
        values = values.reshape(height, width, channels, outputs)
        values = values.permute(2, 0, 1, 3).reshape(kernel)
    layer = nn.Linear(inputs, outputs)
    layer.weight.data = values.T.contiguous()
    layer.bias.data = read(outputs)
    return layer


def build(job):
    image = job["input"] if len(job["input"]) == 3 else None
    layers = []
    for i, kernel in enumerate(job["layers"]):
        if len(kernel) == 4:
            layers += convolution(kernel)
            image = [image[0] // 2, image[1] // 2, kernel[3]]
            continue
        if image is not None:
            layers.append(nn.Flatten())
        layers.append(dense(kernel, image))
        image = None
        if i < len(job["layers"]) - 1:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def run(job, net, start, images, labels):
    with torch.no_grad():
        for weight, value in zip(net.parameters(), start):
            weight.copy_(value)
    descent = torch.optim.SGD(
        net.parameters(), lr=job["learningRate"], momentum=job["momentum"]
    )
    losses = []
    begin = time.perf_counter()
    for _ in range(job["steps"]):
        descent.zero_grad()
        loss = nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        descent.step()
        losses.append(loss.item())
    return {"ms": 1000 * (time.perf_counter() - begin), "check": losses}


def main():
    print(json.dumps({"version": torch.__version__}), flush=True)
    while line := sys.stdin.buffer.readline():
        if line != b"run\n":
            job = json.loads(line)
            net = build(job)
            start = [weight.detach().clone() for weight in net.parameters()]
            size = job["input"]
            images = read(job["batch"] * torch.Size(size).numel())
            images = images.reshape(job["batch"], *size)
            if len(size) == 3:
                images = images.permute(0, 3, 1, 2).contiguous()
            labels = read(job["batch"], torch.int32).long()
            continue
        print(json.dumps(run(job, net, start, images, labels)), flush=True)


main()
