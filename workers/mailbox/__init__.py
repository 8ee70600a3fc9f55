"""The mailbox: a project's accepted operations that wait in Redis, in the order of acceptance.

`layout` names the keys, `envelope` codes the entries, `post` is the edge's half, `collect` the
worker's, `wake` the token and the job by which the first tells the second.
"""
