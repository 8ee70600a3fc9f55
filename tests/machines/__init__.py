"""The pipeline as it runs on three machines (`python3 run.py machines`)."""
