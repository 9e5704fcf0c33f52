"""How far events were sent to each sink (Redis Streams, NATS JetStream), and how they are sent."""
