"""What the product reaches, against simpler ways of doing the same (`python3 run.py bench`)."""
