"""The version of this package: the build reads it here, and the documents show it."""

VERSION = "0.1.0"
