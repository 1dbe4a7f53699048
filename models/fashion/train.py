#!/usr/bin/python3
"""Trains the classifier of clothes of this folder in float32, and exports it; see README.md beside it."""

import gzip
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from common import float_model, tflite_file, training  # first: it fixes numpy's threads
from common.layers import AveragePool, Convolution, DepthwiseConvolution, Flatten, FullyConnected

import numpy as np

SEED = 20170825
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")  # Debian's dataset-fashion-mnist


def load(part):
    """Images [n, 28, 28, 1] in [0, 1] and labels."""
    images = gzip.decompress((DATA / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
    labels = gzip.decompress((DATA / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
    pixels = np.frombuffer(images, np.uint8).reshape(-1, 28, 28, 1)
    return pixels.astype(np.float32) / np.float32(255), np.frombuffer(labels, np.uint8).astype(np.int64)


def build(random):
    return [
        Convolution(random, 1, 8, stride=2),
        DepthwiseConvolution(random, 8),
        Convolution(random, 8, 24, kernel=1),
        DepthwiseConvolution(random, 24, stride=2),
        Convolution(random, 24, 48, kernel=1),
        DepthwiseConvolution(random, 48),
        Convolution(random, 48, 48, kernel=1),
        AveragePool(7),
        Flatten(),
        FullyConnected(random, 48, 10),
    ]


def mirrored(random, images):
    """Every second image, by chance, left to right."""
    chosen = random.random(len(images)) < 0.5
    return np.where(chosen[:, np.newaxis, np.newaxis, np.newaxis], images[:, :, ::-1], images)


def main():
    images, labels = load("train")
    random = np.random.default_rng(SEED)
    network = build(random)
    training.fit(
        network, images, labels, training.softmax_cross_entropy, random,
        epochs=5, batch=100, learning_rate=0.008, augment=mirrored,
    )  # fmt: skip
    document = float_model.to_document(
        network, images.shape[1:], "Burin fashion: clothes in 28x28 pixels", "image", "article"
    )
    tflite_file.write(document, FOLDER / "fashion.tflite")

    def accuracy(part):
        images, labels = load(part)
        batches = zip(np.array_split(images, 100), np.array_split(labels, 100))
        return sum((training.forward(network, x).argmax(1) == y).sum() for x, y in batches) / len(labels)

    print(f"parameters      {sum(parameter.size for layer in network for parameter in layer.parameters)}")
    print(f"training        {accuracy('train'):.4f}")
    print(f"held out        {accuracy('t10k'):.4f}")
    print(f"fashion.tflite  {(FOLDER / 'fashion.tflite').stat().st_size} bytes")


if __name__ == "__main__":
    main()
