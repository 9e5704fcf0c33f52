"""VERBS: one file is one verb is one transaction is one operationId.

A verb opens the transaction and imports no other verb; what verbs share is `flows/steps/`: those
take `tx`, may touch several nouns, and import no verb. `verbs.py` is the face the entrances use.
"""
