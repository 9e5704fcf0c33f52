"""What verbs share: match, lock, settle, load, decide, post. They take `tx` and import no verb."""
