"""What parents of processes need: signals to wait for, pauses between restarts, shared ends."""
