"""Post-training quantization of a trained network to TFLite's int8 contract.

Activations: asymmetric int8, one scale for a tensor. Weights: symmetric int8 in [-127, 127], one scale for
each output channel of a convolution, one for the whole of a fully connected layer. Biases: int32 with the
scale input scale * weight scale. https://ai.google.dev/edge/litert/models/quantization_spec
"""

import re

import numpy as np

from common import layers
from common.tflite_file import Builder


def activation_parameters(low, high):
    """(scale, zero point) that cover [low, high] and represent 0 exactly."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    scale = np.float32((high - low) / 255.0)
    zero_point = int(np.clip(np.round(-128.0 - low / float(scale)), -128, 127))
    return scale, zero_point


def quantize(values, scale, zero_point):
    """float to int8, to nearest, halves to even."""
    scaled = np.asarray(values, np.float64) / float(scale)
    return np.clip(np.round(scaled) + zero_point, -128, 127).astype(np.int8)


def _snake_case(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _weight_scales(weights, axis):
    """Largest magnitude over everything but `axis` (None: over everything), as a scale."""
    other = tuple(i for i in range(weights.ndim) if i != axis)
    largest = np.atleast_1d(np.abs(weights).max(axis=other if axis is not None else None))
    return np.maximum(largest, np.float32(1e-6)).astype(np.float32) / np.float32(127)


def to_document(
    network, calibration, description, input_name, output_name, softmax=False, input_parameters=None
):
    """The int8 model of a network, as a document for tflite_file.write.

    calibration: float inputs, whose smallest and largest values in each layer set the scales.
    softmax: ends the model with a SOFTMAX that the network itself does not have.
    input_parameters: (scale, zero point) of the input where they are to be round numbers.
    """
    builder = Builder(description)
    x = calibration
    scale, zero_point = input_parameters or activation_parameters(x.min(), x.max())
    first = current = builder.tensor(input_name, (1, *x.shape[1:]), "INT8", scale, zero_point)

    for position, layer in enumerate(network):
        y = layer.forward(x)
        last = position == len(network) - 1 and not softmax
        name = output_name if last else f"{_snake_case(type(layer).__name__)}_{position}"
        keeps_scale = isinstance(layer, (layers.AveragePool, layers.Flatten))
        output_scale, output_zero_point = (
            (scale, zero_point) if keeps_scale else activation_parameters(y.min(), y.max())
        )
        output = builder.tensor(name, (1, *y.shape[1:]), "INT8", output_scale, output_zero_point)
        if keeps_scale:
            _add_unweighted(builder, layer, y.shape, name, current, output)
        else:
            _add_weighted(builder, layer, name, current, output, scale)
        x, current, scale, zero_point = y, output, output_scale, output_zero_point

    if softmax:
        output = builder.tensor(output_name, (1, *x.shape[1:]), "INT8", 1 / 256, -128)
        builder.operator("SOFTMAX", [current], [output], version=2, beta=1.0)
        current = output
    return builder.finish([first], [current])


def _add_unweighted(builder, layer, output_shape, name, source, output):
    if isinstance(layer, layers.AveragePool):
        builder.operator(
            "AVERAGE_POOL_2D", [source], [output], version=2, padding="VALID",
            filter_height=layer.size, filter_width=layer.size, stride_h=layer.size, stride_w=layer.size,
        )  # fmt: skip
    else:
        shape = np.array([1, *output_shape[1:]], np.int32)
        constant = builder.tensor(name + "/shape", shape.shape, "INT32", value=shape)
        builder.operator("RESHAPE", [source, constant], [output], new_shape=shape.tolist())


def _add_weighted(builder, layer, name, source, output, input_scale):
    weights, bias = layer.parameters
    axis = {layers.Convolution: 0, layers.DepthwiseConvolution: 3, layers.FullyConnected: None}[type(layer)]
    scales = _weight_scales(weights, axis)
    along = scales if axis != 0 else scales.reshape(-1, *[1] * (weights.ndim - 1))
    quantized = np.clip(np.round(weights.astype(np.float64) / along), -127, 127)
    bias_scales = np.float32(input_scale) * scales
    quantized_bias = np.round(bias.astype(np.float64) / bias_scales)

    inputs = [
        source,
        builder.tensor(name + "/weights", weights.shape, "INT8", scales, None, axis or 0, quantized),
        builder.tensor(name + "/bias", bias.shape, "INT32", bias_scales, None, 0, quantized_bias),
    ]
    activation = "RELU" if layer.relu else "NONE"
    if isinstance(layer, layers.FullyConnected):
        builder.operator("FULLY_CONNECTED", inputs, [output], version=4, fused_activation_function=activation)
        return
    options = {
        "padding": "SAME",
        "stride_h": layer.stride,
        "stride_w": layer.stride,
        "fused_activation_function": activation,
    }
    if isinstance(layer, layers.DepthwiseConvolution):
        builder.operator("DEPTHWISE_CONV_2D", inputs, [output], version=3, depth_multiplier=1, **options)
    else:
        builder.operator("CONV_2D", inputs, [output], version=3, **options)
