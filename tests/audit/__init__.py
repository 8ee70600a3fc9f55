"""Known weaknesses of what is installed, looked up where the network lets us (`run.py check`)."""
