DROP TABLE rejected_readings, rollups, rollup_cursors, corrections;
