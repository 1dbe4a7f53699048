"""Adam with a cosine schedule, and the two losses that the models of this folder need."""

import numpy as np


def forward(network, x):
    for layer in network:
        x = layer.forward(x)
    return x


def softmax_cross_entropy(logits, labels):
    """Gradient of the mean cross entropy; labels are class numbers."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = exponentials / exponentials.sum(axis=1, keepdims=True)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / np.float32(len(labels))


def mean_squared_error(outputs, targets):
    """Gradient of half the mean squared error."""
    return (outputs - targets) / np.float32(len(targets))


def fit(network, x, targets, loss, random, epochs, batch, learning_rate, augment=None):
    """Trains in place. `random` orders the samples, and feeds `augment(random, x) -> x` for each batch."""
    parameters = [parameter for layer in network for parameter in layer.parameters]
    first = [np.zeros_like(parameter) for parameter in parameters]
    second = [np.zeros_like(parameter) for parameter in parameters]
    batches = len(x) // batch
    steps = epochs * batches
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(x))
        for chosen in np.array_split(order[: batches * batch], batches):
            step += 1
            samples = augment(random, x[chosen]) if augment else x[chosen]
            gradient = loss(forward(network, samples), targets[chosen])
            for layer in reversed(network):
                gradient = layer.backward(gradient)
            gradients = [gradient for layer in network for gradient in layer.gradients]
            rate = learning_rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            for i, value in enumerate(gradients):
                first[i] += 0.1 * (value - first[i])
                second[i] += 0.001 * (value * value - second[i])
                mean = first[i] / (1 - 0.9**step)
                spread = np.sqrt(second[i] / (1 - 0.999**step))
                parameters[i] -= (rate * mean / (spread + 1e-7)).astype(np.float32)
