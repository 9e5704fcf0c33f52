-- Deliveries: what waits is found among many that are dead, and dead letters by their age.

create index concurrently delivery_waiting on delivery (endpoint_id, holder_id, version) where state = 0;
create index concurrently delivery_old on delivery (failed_at) where state = 1;
