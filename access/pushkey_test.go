package access_test

import "testing"

func TestAllServersOfADatabaseHaveOneKeyForPushServices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.access.PushKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.access.PushKey(t.Context())
	if err != nil || !again.Equal(first) {
		t.Errorf("the second server has another key (%v)", err)
	}
}
