"""Genre heads that users train on labelled songs of their own: data, fit, measurement."""
