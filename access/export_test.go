package access

// OneTimeCode lets tests be an authenticator.
func OneTimeCode(seed []byte, step int64) string { return oneTimeCode(seed, step) }

// HoldHashing takes every place to hash a password until it is released.
func (a *Access) HoldHashing() (release func()) {
	for range MaxHashing {
		a.hashing <- struct{}{}
	}
	return func() {
		for range MaxHashing {
			<-a.hashing
		}
	}
}

// FillSignIns takes every place of a sign-in until it is released.
func (a *Access) FillSignIns() (release func()) {
	for range MaxSigningIn {
		a.signIns <- struct{}{}
	}
	return func() {
		for range MaxSigningIn {
			<-a.signIns
		}
	}
}

// Common reports whether a password is a common one.
func Common(password string) bool { return common(password) }

// CommonHash is how long the hashes of common passwords are.
const CommonHash = commonHash
