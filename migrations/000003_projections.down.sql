DROP TABLE commands, twins, devices, gateways, rooms, members, homes;
