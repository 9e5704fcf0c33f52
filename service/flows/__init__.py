"""VERBS: one file is one verb is one transaction is one operationId.

They lie by subject: `flows/<subject>/<verb>.py`, and the subject's face in `verbs.py`. A verb opens
the transaction and imports no other verb; what verbs share is `flows/steps/`: those take `tx`, may
touch several nouns, and import no verb. Nor do reads. `flows/verbs.py` is the face that entrances
use, all subjects in one.
"""
