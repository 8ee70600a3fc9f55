"""What is written outside the mailbox: projects, keys, secrets, stages, companies by hand.

Plain functions over a Connection; the caller opens the transaction (`Database.transaction()`).
An expected refusal is a `Refused` (it depends on what is stored) or an `InvalidRequest` (it does
not); both carry a stable `code`, an HTTP `status` and a `detail` for a person.
"""
