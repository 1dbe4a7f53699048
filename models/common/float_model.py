"""A trained network as a float32 model, which `burin quantize` takes."""

import numpy as np

from common import layers
from common.tflite_file import Builder


def to_document(network, input_shape, description, input_name, output_name):
    """The float model of a network that ends in logits, with a SOFTMAX behind it, for tflite_file.write."""
    builder = Builder(description)
    x = np.zeros((1, *input_shape), np.float32)
    first = current = builder.tensor(input_name, x.shape, "FLOAT32")
    for position, layer in enumerate(network):
        x = layer.forward(x)
        name = f"{type(layer).__name__.lower()}_{position}"
        output = builder.tensor(name, x.shape, "FLOAT32")
        _add(builder, layer, x.shape, name, current, output)
        current = output
    output = builder.tensor(output_name, x.shape, "FLOAT32")
    builder.operator("SOFTMAX", [current], [output], beta=1.0)
    return builder.finish([first], [output])


def _add(builder, layer, output_shape, name, source, output):
    if isinstance(layer, layers.AveragePool):
        builder.operator(
            "AVERAGE_POOL_2D", [source], [output], padding="VALID",
            filter_height=layer.size, filter_width=layer.size, stride_h=layer.size, stride_w=layer.size,
        )  # fmt: skip
        return
    if isinstance(layer, layers.Flatten):
        shape = np.array(output_shape, np.int32)
        constant = builder.tensor(name + "/shape", shape.shape, "INT32", value=shape)
        builder.operator("RESHAPE", [source, constant], [output], new_shape=shape.tolist())
        return
    weights, bias = layer.parameters
    inputs = [
        source,
        builder.tensor(name + "/weights", weights.shape, "FLOAT32", value=weights),
        builder.tensor(name + "/bias", bias.shape, "FLOAT32", value=bias),
    ]
    options = {"fused_activation_function": "RELU" if layer.relu else "NONE"}
    if isinstance(layer, layers.FullyConnected):
        builder.operator("FULLY_CONNECTED", inputs, [output], **options)
        return
    options |= {"padding": "SAME", "stride_h": layer.stride, "stride_w": layer.stride}
    if isinstance(layer, layers.DepthwiseConvolution):
        builder.operator("DEPTHWISE_CONV_2D", inputs, [output], depth_multiplier=1, **options)
    else:
        builder.operator("CONV_2D", inputs, [output], **options)
