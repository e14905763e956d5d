-- Folded states of homes, so that the past need not be folded from its beginning.
-- They can be dropped at any time. One is believed only when its hash is that of
-- the log at its seq, its format that of the program, and its sum that of its text.
CREATE TABLE snapshots (
    home_id uuid        NOT NULL,
    format  text        NOT NULL, -- of doc, and of the fold it came from
    seq     bigint      NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    hash    bytea       NOT NULL, -- of the log at seq
    sum     bytea       NOT NULL, -- SHA-256 of doc and of all that it is found by
    doc     bytea       NOT NULL,
    CONSTRAINT snapshots_pkey PRIMARY KEY (home_id, format, seq)
);
COMMENT ON TABLE snapshots IS 'Folded states along each log. A cache: what is missing is folded.';

-- It is compressed before it comes here.
ALTER TABLE snapshots ALTER COLUMN doc SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE, DELETE ON snapshots TO logis_app;

-- What was told late, by when it happened: it is looked for when somebody asks
-- how the home truly was. What comes within ten seconds is not late and costs
-- nothing here. eventstore.Late asks in the same words.
CREATE INDEX events_late ON events (home_id, occurred_at)
    WHERE CASE WHEN isfinite(recorded_at) AND isfinite(occurred_at)
          THEN recorded_at - occurred_at > interval '10 seconds' ELSE true END;

-- The heads of all homes, signed every few minutes: leaves of one growing Merkle
-- tree (RFC 6962), the hashes of that tree, and what was signed. The same is
-- written to a second place. The key is never here.
CREATE TABLE checkpoint_heads (
    home_id uuid   NOT NULL,
    leaf    bigint NOT NULL, -- place in the tree, from 0
    seq     bigint NOT NULL,
    hash    bytea  NOT NULL,
    CONSTRAINT checkpoint_heads_pkey PRIMARY KEY (home_id, leaf),
    CONSTRAINT checkpoint_heads_leaf UNIQUE (leaf)
);
COMMENT ON TABLE checkpoint_heads IS 'Heads that were signed: the leaves of the tree of all checkpoints.';

CREATE TABLE checkpoint_hashes (
    index bigint NOT NULL, -- golang.org/x/mod/sumdb/tlog.StoredHashIndex
    hash  bytea  NOT NULL,
    CONSTRAINT checkpoint_hashes_pkey PRIMARY KEY (index)
);
COMMENT ON TABLE checkpoint_hashes IS 'The hashes of the tree of all checkpoints.';

CREATE TABLE checkpoints (
    size bigint      NOT NULL, -- leaves it covers
    at   timestamptz NOT NULL,
    note text        NOT NULL, -- signed
    CONSTRAINT checkpoints_pkey PRIMARY KEY (size)
);
COMMENT ON TABLE checkpoints IS 'What was signed of all homes, as signed notes.';

GRANT SELECT, INSERT ON checkpoint_heads, checkpoint_hashes, checkpoints TO logis_app;
