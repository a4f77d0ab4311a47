"""The example web backend, asked over HTTP as a browser would, with a real worker behind it."""
