package push

// Seal encrypts with a key and a salt of the test's choice.
var Seal = seal
