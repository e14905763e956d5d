DROP TABLE replicas, gateway_keys, claims, sessions, sign_in_links, persons;
