DROP TABLE paces, scenes, rule_runs, rules;
