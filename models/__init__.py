"""What the product knows: tables, operations, outcomes, pure rules and the store."""
