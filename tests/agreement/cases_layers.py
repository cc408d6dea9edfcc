"""Layers to compare with Keras: (class, arguments, shape of each input, options). Adding a case is a line.

Inputs are normal float32 arrays; a layer that merges gets them as a list. Options: ``mask`` gives the inputs
masks of steps; ``ids`` makes the inputs whole numbers below that one; ``ties`` makes them few-valued.
"""

IMAGE, SEQUENCE, VOLUME = (3, 7, 6, 4), (3, 9, 4), (2, 5, 7, 6, 3)
CHANNELS_FIRST = {"data_format": "channels_first"}
TERMS = {"kernel_initializer": "he_normal", "kernel_regularizer": "l2", "bias_constraint": "non_neg"}

DENSE = [
    ("Dense", {"units": 5}, [(3, 4)], {}),
    ("Dense", {"units": 5, "activation": "relu", "use_bias": False}, [(3, 4)], {}),
    ("Dense", {"units": 5, "activation": "softmax"} | TERMS, [SEQUENCE], {"mask": True}),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": "c"}, [(3, 4)], {}),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 5), "bias_axes": "d"}, [SEQUENCE], {}),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 5, "activation": "tanh"}, [SEQUENCE], {}),
    (
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 5), "bias_axes": "de"},
        [SEQUENCE],
        {},
    ),
    (
        "EinsumDense",
        {"equation": "abcd,cde->abe", "output_shape": (7, 5), "bias_axes": "e"},
        [(3, 7, 6, 4)],
        {},
    ),
    ("EinsumDense", {"equation": "abc,bd->adc", "output_shape": (5, 4), "bias_axes": "d"}, [SEQUENCE], {}),
    ("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 5, "bias_axes": "c"}, [SEQUENCE], {}),
]

CONVOLUTION = [
    ("Conv1D", {"filters": 5, "kernel_size": 3}, [SEQUENCE], {"mask": True}),
    ("Conv1D", {"filters": 5, "kernel_size": 2, "padding": "same", "strides": 2}, [SEQUENCE], {}),
    ("Conv1D", {"filters": 5, "kernel_size": 4, "padding": "same"}, [SEQUENCE], {}),
    ("Conv1D", {"filters": 5, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, [SEQUENCE], {}),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal", "strides": 2}, [SEQUENCE], {}),
    ("Conv1D", {"filters": 6, "kernel_size": 3, "groups": 2, "activation": "gelu"} | TERMS, [SEQUENCE], {}),
    (
        "Conv1D",
        {"filters": 5, "kernel_size": 3, "padding": "same", "strides": 2} | CHANNELS_FIRST,
        [(3, 4, 8)],
        {},
    ),
    ("Conv2D", {"filters": 5, "kernel_size": 3}, [IMAGE], {}),
    ("Conv2D", {"filters": 5, "kernel_size": (2, 3), "padding": "SAME", "strides": (2, 3)}, [IMAGE], {}),
    ("Conv2D", {"filters": 5, "kernel_size": 2, "padding": "same", "dilation_rate": (2, 1)}, [IMAGE], {}),
    (
        "Conv2D",
        {"filters": 8, "kernel_size": 3, "groups": 4, "use_bias": False, "activation": "relu"},
        [IMAGE],
        {},
    ),
    ("Conv2D", {"filters": 5, "kernel_size": 1, "strides": 2}, [IMAGE], {}),
    ("Conv2D", {"filters": 5, "kernel_size": 3, "padding": "same"} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("DepthwiseConv1D", {"kernel_size": 3}, [SEQUENCE], {"mask": True}),
    ("DepthwiseConv1D", {"kernel_size": 3, "padding": "same", "dilation_rate": 2}, [SEQUENCE], {}),
    ("DepthwiseConv1D", {"kernel_size": 2, "strides": 2, "depth_multiplier": 3, "use_bias": False}, [SEQUENCE], {}),
    ("DepthwiseConv2D", {"kernel_size": 3, "activation": "relu"}, [IMAGE], {}),
    ("DepthwiseConv2D", {"kernel_size": (2, 3), "strides": 2, "padding": "same", "depth_multiplier": 2}, [IMAGE], {}),
    ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same"} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 3, "depth_multiplier": 2}, [SEQUENCE], {"mask": True}),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 3, "padding": "same", "use_bias": False}, [SEQUENCE], {}),
    ("SeparableConv2D", {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same"}, [IMAGE], {}),
    ("SeparableConv2D", {"filters": 5, "kernel_size": 2, "activation": "gelu"} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3}, [SEQUENCE], {"mask": True}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "strides": 2}, [SEQUENCE], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 2, "strides": 3}, [SEQUENCE], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 4, "strides": 3, "padding": "same"}, [SEQUENCE], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "dilation_rate": 2}, [SEQUENCE], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 3, "strides": 3, "output_padding": 2}, [SEQUENCE], {}),
    ("Conv1DTranspose", {"filters": 5, "kernel_size": 4, "strides": 3, "output_padding": 1, "padding": "same"}, [SEQUENCE], {}),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": 3, "activation": "relu"}, [IMAGE], {}),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"}, [IMAGE], {}),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": (4, 3), "strides": 2, "padding": "same"}, [IMAGE], {}),
    ("Conv2DTranspose", {"filters": 32, "kernel_size": 3, "strides": (2, 1), "padding": "same"}, [IMAGE], {}),
    ("Conv2DTranspose", {"filters": 5, "kernel_size": 2, "use_bias": False} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("Conv3D", {"filters": 5, "kernel_size": 3}, [VOLUME], {}),
    ("Conv3D", {"filters": 5, "kernel_size": (2, 3, 1), "padding": "same", "strides": (2, 3, 1)}, [VOLUME], {}),
    ("Conv3D", {"filters": 24, "kernel_size": 3, "activation": "relu"} | TERMS, [VOLUME], {}),
    ("Conv3D", {"filters": 16, "kernel_size": (1, 2, 2), "padding": "same", "dilation_rate": (1, 2, 1)}, [VOLUME], {}),
    ("Conv3D", {"filters": 6, "kernel_size": 2, "groups": 3, "use_bias": False}, [VOLUME], {}),
    ("Conv3D", {"filters": 4, "kernel_size": 3, "padding": "same"} | CHANNELS_FIRST, [(2, 3, 5, 7, 6)], {}),
    ("Conv3DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, [VOLUME], {}),
    ("Conv3DTranspose", {"filters": 4, "kernel_size": (2, 3, 2), "strides": (2, 1, 3)}, [VOLUME], {}),
    ("Conv3DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 1} | CHANNELS_FIRST, [(2, 3, 4, 3, 2)], {}),
]

POOLING = [
    ("MaxPooling1D", {}, [SEQUENCE], {"ties": True, "mask": True}),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, [SEQUENCE], {"ties": True}),
    ("MaxPooling1D", {"pool_size": 2} | CHANNELS_FIRST, [(3, 4, 9)], {}),
    ("MaxPooling2D", {}, [IMAGE], {"ties": True}),
    ("MaxPooling2D", {"pool_size": (3, 2), "strides": (2, 1), "padding": "same"}, [IMAGE], {"ties": True}),
    ("MaxPooling2D", {"pool_size": 2, "padding": "same"} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("AveragePooling1D", {"pool_size": 2}, [SEQUENCE], {}),
    ("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, [SEQUENCE], {}),
    ("AveragePooling2D", {"pool_size": 2}, [IMAGE], {}),
    ("AveragePooling2D", {"pool_size": (3, 2), "strides": 1, "padding": "same"}, [IMAGE], {}),
    ("AveragePooling2D", {"pool_size": 2} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("GlobalMaxPooling1D", {}, [SEQUENCE], {"ties": True}),
    ("GlobalMaxPooling1D", {"keepdims": True} | CHANNELS_FIRST, [(3, 4, 9)], {}),
    ("GlobalMaxPooling2D", {"keepdims": True}, [IMAGE], {}),
    ("GlobalAveragePooling1D", {}, [SEQUENCE], {"mask": True}),
    ("GlobalAveragePooling1D", {"keepdims": True}, [SEQUENCE], {"mask": True}),
    ("GlobalAveragePooling1D", CHANNELS_FIRST, [(3, 4, 9)], {}),
    ("GlobalAveragePooling2D", {}, [IMAGE], {}),
    ("GlobalAveragePooling2D", {"keepdims": True} | CHANNELS_FIRST, [(3, 4, 7, 6)], {}),
    ("MaxPooling3D", {}, [VOLUME], {"ties": True}),
    ("MaxPooling3D", {"pool_size": (3, 2, 1), "strides": (2, 1, 1), "padding": "same"}, [VOLUME], {"ties": True}),
    ("MaxPooling3D", {"pool_size": 2} | CHANNELS_FIRST, [(2, 3, 5, 7, 6)], {}),
    ("AveragePooling3D", {"pool_size": 2}, [VOLUME], {}),
    ("AveragePooling3D", {"pool_size": (3, 2, 1), "strides": 2, "padding": "same"}, [VOLUME], {}),
    ("AveragePooling3D", {"pool_size": 2} | CHANNELS_FIRST, [(2, 3, 5, 7, 6)], {}),
    ("GlobalMaxPooling3D", {}, [VOLUME], {"ties": True}),
    ("GlobalMaxPooling3D", {"keepdims": True} | CHANNELS_FIRST, [VOLUME], {}),
    ("GlobalAveragePooling3D", {"keepdims": True}, [VOLUME], {}),
    ("GlobalAveragePooling3D", CHANNELS_FIRST, [VOLUME], {}),
]

NORMALIZATION = [
    ("LayerNormalization", {}, [SEQUENCE], {"mask": True}),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 1e-5}, [SEQUENCE], {}),
    ("LayerNormalization", {"axis": 1, "scale": False}, [SEQUENCE], {}),
    ("LayerNormalization", {"center": False}, [(3, 4)], {}),
    ("GroupNormalization", {"groups": 2}, [SEQUENCE], {"mask": True}),
    ("GroupNormalization", {"groups": -1, "scale": False, "epsilon": 1e-2}, [IMAGE], {}),
    ("GroupNormalization", {"groups": 3, "axis": 1, "center": False}, [SEQUENCE], {}),
    ("GroupNormalization", {"groups": 1}, [(3, 4)], {}),
    ("RMSNormalization", {}, [SEQUENCE], {}),
    ("RMSNormalization", {"axis": [2, 3], "epsilon": 1e-2}, [IMAGE], {}),  # of other axes than the last Keras fails
    ("RMSNormalization", {"axis": 1}, [(3, 4)], {}),
    ("UnitNormalization", {}, [SEQUENCE], {"mask": True}),
    ("UnitNormalization", {"axis": [1, 2]}, [IMAGE], {}),
    ("Normalization", {"axis": None, "mean": 1.0, "variance": 4.0}, [SEQUENCE], {"mask": True}),
    ("Normalization", {"axis": (1, 2), "mean": [1.0, 2.0, 0.0, 0.5], "variance": [1.0, 4.0, 0.0, 9.0]}, [SEQUENCE], {}),
    ("Normalization", {"mean": [1.0, 2.0, 0.0, 0.5], "variance": [1.0, 4.0, 2.0, 9.0], "invert": True}, [SEQUENCE], {}),
    ("BatchNormalization", {}, [(3, 4)], {}),
    ("BatchNormalization", {"axis": 1, "epsilon": 1e-2, "center": False}, [SEQUENCE], {}),
    ("BatchNormalization", {"scale": False}, [IMAGE], {}),
]

RESHAPING = [
    ("Flatten", {}, [IMAGE], {}),
    ("Flatten", {}, [(3,)], {}),
    ("Flatten", CHANNELS_FIRST, [IMAGE], {}),
    ("Reshape", {"target_shape": (6, 28)}, [IMAGE], {}),
    ("Reshape", {"target_shape": (2, -1, 6)}, [IMAGE], {}),
    ("Permute", {"dims": (3, 1, 2)}, [IMAGE], {}),
    ("Cropping1D", {"cropping": (1, 2)}, [SEQUENCE], {}),
    ("Cropping1D", {"cropping": 1}, [SEQUENCE], {}),
    ("Cropping2D", {"cropping": ((1, 0), (2, 1))}, [IMAGE], {}),
    ("Cropping2D", {"cropping": 1} | CHANNELS_FIRST, [IMAGE], {}),
    ("UpSampling1D", {"size": 3}, [SEQUENCE], {"mask": True}),
    ("UpSampling2D", {}, [IMAGE], {}),
    ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, [IMAGE], {}),
    ("UpSampling2D", {"size": 2, "interpolation": "bicubic"} | CHANNELS_FIRST, [IMAGE], {}),
    ("ZeroPadding1D", {"padding": (1, 3)}, [SEQUENCE], {}),
    ("ZeroPadding1D", {"padding": 2} | CHANNELS_FIRST, [SEQUENCE], {}),
    ("ZeroPadding2D", {"padding": ((1, 0), (2, 3))}, [IMAGE], {}),
    ("ZeroPadding2D", {"padding": (1, 2)} | CHANNELS_FIRST, [IMAGE], {}),
    ("Cropping3D", {}, [VOLUME], {}),
    ("Cropping3D", {"cropping": ((1, 0), (2, 1), (0, 3))}, [VOLUME], {}),
    ("Cropping3D", {"cropping": (1, 2, 0)} | CHANNELS_FIRST, [VOLUME], {}),
    ("UpSampling3D", {}, [VOLUME], {}),
    ("UpSampling3D", {"size": (1, 2, 3)} | CHANNELS_FIRST, [VOLUME], {}),
    ("ZeroPadding3D", {}, [VOLUME], {}),
    ("ZeroPadding3D", {"padding": ((1, 0), (2, 3), (0, 1))}, [VOLUME], {}),
    ("ZeroPadding3D", {"padding": (1, 2, 0)} | CHANNELS_FIRST, [VOLUME], {}),
]

SIZES = {"height": 4, "width": 8}
IMAGES = [
    ("Resizing", SIZES, [IMAGE], {}),
    ("Resizing", SIZES | {"interpolation": "nearest"}, [IMAGE], {}),
    ("Resizing", SIZES | {"interpolation": "bicubic", "antialias": True} | CHANNELS_FIRST, [IMAGE], {}),
    ("Resizing", SIZES | {"crop_to_aspect_ratio": True}, [IMAGE], {}),
    ("Resizing", SIZES | {"pad_to_aspect_ratio": True, "fill_value": 1.0}, [IMAGE], {}),
    ("CenterCrop", {"height": 4, "width": 3}, [IMAGE], {}),
    ("CenterCrop", {"height": 4, "width": 3} | CHANNELS_FIRST, [IMAGE], {}),
    ("CenterCrop", {"height": 9, "width": 3}, [IMAGE], {}),
]

ACTIVATION = [
    ("Activation", {"activation": "selu"}, [SEQUENCE], {"mask": True}),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, [SEQUENCE], {}),
    ("LeakyReLU", {}, [SEQUENCE], {}),
    ("ELU", {"alpha": 0.5}, [SEQUENCE], {}),
    ("PReLU", {}, [SEQUENCE], {"mask": True}),
    ("PReLU", {"shared_axes": [1, 2], "alpha_regularizer": "l2"}, [IMAGE], {}),
    ("Identity", {}, [SEQUENCE], {"mask": True}),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, [SEQUENCE], {"mask": True}),
    ("Softmax", {}, [SEQUENCE], {}),
    ("Softmax", {"axis": [1, 2]}, [SEQUENCE], {}),
    ("Masking", {}, [(3, 9, 1)], {"ties": True}),
    ("Masking", {"mask_value": 1.0}, [(3, 9, 1)], {"ties": True}),
    ("Rescaling", {"scale": 0.1, "offset": -1.0}, [IMAGE], {}),
    ("Rescaling", {"scale": [0.1, 1.0, 2.0, 3.0], "offset": [1.0, 2.0, 3.0, 4.0]}, [IMAGE], {}),
    ("Dropout", {"rate": 0.5}, [SEQUENCE], {"mask": True}),
    ("SpatialDropout1D", {"rate": 0.5}, [SEQUENCE], {"mask": True}),
    ("SpatialDropout2D", {"rate": 0.5}, [IMAGE], {}),
    ("SpatialDropout3D", {"rate": 0.5}, [VOLUME], {}),
    ("AlphaDropout", {"rate": 0.5}, [SEQUENCE], {"mask": True}),
    ("GaussianDropout", {"rate": 0.5}, [SEQUENCE], {"mask": True}),
    ("GaussianNoise", {"stddev": 0.5}, [SEQUENCE], {"mask": True}),
]

SUMS, EXTREMA = ("Add", "Subtract", "Multiply", "Average"), ("Maximum", "Minimum")
MERGING = [
    *((name, {}, [SEQUENCE] * 2, {}) for name in (*SUMS, *EXTREMA)),
    *((name, {}, [SEQUENCE] * 2, {"mask": True}) for name in ("Subtract", *EXTREMA)),
    *((name, {}, [SEQUENCE] * 3, {"mask": True}) for name in ("Add", "Multiply", "Average")),
    *((name, {}, [SEQUENCE] * 2, {"mask": [True, False]}) for name in ("Add", "Multiply", "Maximum")),
    ("Concatenate", {}, [SEQUENCE] * 2, {"mask": [True, False]}),
    ("Add", {}, [(3, 4), SEQUENCE], {}),
    ("Multiply", {}, [(3, 9, 1), SEQUENCE], {}),
    ("Maximum", {}, [(3, 9, 4), (3, 1, 4)], {}),
    ("Dot", {"axes": 1}, [(3, 4), (3, 4)], {}),
    ("Dot", {"axes": -1, "normalize": True}, [(3, 4), (3, 4)], {}),
    ("Dot", {"axes": (2, 1)}, [SEQUENCE, (3, 4, 5)], {}),
    ("Dot", {"axes": -1, "normalize": True}, [SEQUENCE, (3, 5, 4)], {"mask": True}),
    ("Dot", {"axes": (1, 2)}, [(3, 4), SEQUENCE], {}),
    ("Dot", {"axes": (2, 1)}, [IMAGE, (3, 6, 2)], {}),
    ("Concatenate", {}, [SEQUENCE, (3, 9, 2)], {"mask": True}),
    ("Concatenate", {"axis": 1}, [SEQUENCE, (3, 5, 4)], {"mask": True}),
]  # fmt: skip

OVER_STEPS = [
    ("ConvLSTM1D", {"filters": 3, "kernel_size": 2, "padding": "same"} | CHANNELS_FIRST, [IMAGE], {}),
    ("ConvLSTM1D", {"filters": 3, "kernel_size": 2, "recurrent_regularizer": "l2"}, [IMAGE], {}),
    ("ConvLSTM2D", {"filters": 3, "kernel_size": 2, "return_sequences": True, "go_backwards": True}, [VOLUME], {}),
    ("ConvLSTM2D", {"filters": 3, "kernel_size": (3, 2), "strides": (1, 2), "dropout": 0.5}, [VOLUME], {}),
]

EMBEDDING = [
    ("Embedding", {"input_dim": 6, "output_dim": 5}, [(3, 9)], {"ids": 6}),
    ("Embedding", {"input_dim": 6, "output_dim": 5, "mask_zero": True}, [(3, 9)], {"ids": 6}),
    ("Embedding", {"input_dim": 6, "output_dim": 5, "embeddings_regularizer": "l1"}, [(3, 2, 4)], {"ids": 6}),
]

CASES = [
    *DENSE, *CONVOLUTION, *POOLING, *NORMALIZATION, *RESHAPING, *IMAGES, *ACTIVATION, *MERGING, *EMBEDDING, *OVER_STEPS,
]  # fmt: skip
