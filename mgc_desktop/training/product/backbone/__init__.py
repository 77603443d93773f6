"""The pretrained backbone: musicnn's two taggers, from their TensorFlow checkpoints to one ONNX graph.

`python -m mgc_desktop.training.product.backbone` does all of it; see `__main__`.
"""
