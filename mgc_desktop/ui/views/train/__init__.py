"""The Train view: order a training, watch it learn, and keep the model."""
