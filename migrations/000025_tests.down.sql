DROP TABLE home_tests;
