DROP FUNCTION seq_at(uuid, timestamptz);
