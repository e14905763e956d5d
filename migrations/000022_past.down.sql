DROP TABLE checkpoints, checkpoint_hashes, checkpoint_heads;
DROP INDEX events_late;
DROP TABLE snapshots;
