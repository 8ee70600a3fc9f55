"""Reads for the edge: plain values out, one short read each, on both databases."""
