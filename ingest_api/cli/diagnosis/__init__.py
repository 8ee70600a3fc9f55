"""What `doctor` looks at: each check says what it found, and how to mend what is wrong (§13)."""
