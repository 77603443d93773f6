"""How the bundled models and the genre head are made: the parts that build the product.

Who wants to train a network, read the training or change it does not need this package; only
`--architecture pretrained` takes its layers from here.
"""
