"""Sending events on: outbox -> Redis Streams, NATS JetStream."""
