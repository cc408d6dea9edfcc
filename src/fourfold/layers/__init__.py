"""The layers that a user names: Keras's names, arguments, defaults and numbers."""

import importlib
from typing import Any

from fourfold.core.symbols import Input
from fourfold.errors import no_such_name
from fourfold.layers.activation import ELU, Activation, Identity, LeakyReLU, PReLU, ReLU, Softmax
from fourfold.layers.adaptive_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from fourfold.layers.attention import AdditiveAttention, Attention
from fourfold.layers.augmentation import (
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from fourfold.layers.base import Layer
from fourfold.layers.bidirectional import Bidirectional
from fourfold.layers.cells import GRUCell, LSTMCell, SimpleRNNCell
from fourfold.layers.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from fourfold.layers.convolution import Conv1D, Conv2D, Conv3D, Convolution1D, Convolution2D, Convolution3D
from fourfold.layers.dense import Dense, EinsumDense
from fourfold.layers.embedding import Embedding, PositionalEncoding
from fourfold.layers.encoding import CategoryEncoding, Discretization
from fourfold.layers.erasing import RandomErasing, RandomGrayscale, RandomInvert
from fourfold.layers.input import InputLayer
from fourfold.layers.input_spec import InputSpec
from fourfold.layers.lookup import IntegerLookup, StringLookup
from fourfold.layers.lost_masks import MaskWarning
from fourfold.layers.masking import CarryMask, Masking
from fourfold.layers.merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from fourfold.layers.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from fourfold.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from fourfold.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from fourfold.layers.recurrent import GRU, LSTM, SimpleRNN
from fourfold.layers.regularization import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from fourfold.layers.rescaling import Normalization, Rescaling
from fourfold.layers.reshaping import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Flatten,
    Permute,
    Reshape,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from fourfold.layers.resizing import UpSampling1D, UpSampling2D, UpSampling3D
from fourfold.layers.rnn import RNN, StackedRNNCells
from fourfold.layers.separable import (
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from fourfold.layers.shearing import RandomShear
from fourfold.layers.sizing import CenterCrop, Resizing
from fourfold.layers.spectral import SpectralNormalization
from fourfold.layers.text_vectorization import TextVectorization
from fourfold.layers.transposed import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
)
from fourfold.layers.wrapping import Lambda, RepeatVector, TimeDistributed, Wrapper

__all__ = [
    "ELU", "GRU", "LSTM", "RNN", "Activation", "ActivityRegularization", "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D", "Add", "AdditiveAttention", "AlphaDropout", "Attention", "Average", "AveragePooling1D",
    "AveragePooling2D", "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNormalization",
    "Bidirectional", "CarryMask", "CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv1DTranspose",
    "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Convolution1D",
    "Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose", "Convolution3D", "Convolution3DTranspose",
    "Cropping1D", "Cropping2D", "Cropping3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Discretization", "Dot",
    "Dropout", "EinsumDense", "Embedding", "Flatten", "GRUCell", "GaussianDropout", "GaussianNoise",
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D", "GlobalAvgPool2D",
    "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalMaxPooling1D",
    "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GroupNormalization", "GroupQueryAttention", "Identity", "Input",
    "InputLayer", "InputSpec", "IntegerLookup", "LSTMCell", "Lambda", "Layer", "LayerNormalization", "LeakyReLU",
    "MaskWarning", "Masking", "MaxPool1D", "MaxPool2D", "MaxPool3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D",
    "Maximum", "Minimum", "MultiHeadAttention", "Multiply", "Normalization", "PReLU", "Permute", "PositionalEncoding",
    "RMSNormalization", "RandomBrightness", "RandomContrast", "RandomCrop", "RandomErasing", "RandomFlip",
    "RandomGrayscale", "RandomInvert", "RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom", "ReLU",
    "RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D",
    "SeparableConvolution2D", "SimpleRNN", "SimpleRNNCell", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "SpectralNormalization", "StackedRNNCells", "StringLookup", "Subtract", "TextVectorization",
    "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D", "UpSampling3D", "Wrapper",
    "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "add", "average", "concatenate", "dot", "maximum", "minimum",
    "multiply", "subtract",
]  # fmt: skip



_INSTEAD = {
    **dict.fromkeys(
        ("Hashing", "HashedCrossing"),
        "StringLookup numbers the words of a vocabulary; CategoryEncoding or Embedding reads the numbers",
    ),
    **dict.fromkeys(
        ("FlaxLayer", "JaxLayer", "TorchModuleWrapper", "TFSMLayer"),
        "use Keras itself for it; the names are the same",
    ),
    **dict.fromkeys(
        ("core", "convolutional", "embeddings", "merge", "wrappers", "advanced_activations", "noise", "experimental"),
        "take the layer from fourfold.layers itself: from fourfold.layers import Dense, say",
    ),
    **dict.fromkeys(
        ("RandomHue", "RandomSaturation", "RandomColorJitter", "RandAugment", "AugMix", "CutMix", "MixUp"),
        "RandomBrightness and RandomContrast change colours, RandomFlip, RandomRotation and RandomZoom places",
    ),
}
"""What to do in the place of layers that Keras has."""


def __getattr__(name: str) -> Any:
    if name in ("serialize", "deserialize"):
        return getattr(importlib.import_module("fourfold.saving"), f"{name}_keras_object")
    raise no_such_name("layers", name, globals(), _INSTEAD)
