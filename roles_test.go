package logis_test

import (
	"fmt"
	"strings"
	"testing"

	"logis/access"
	"logis/domain"
)

// The page of the roles is the matrix itself.
func TestTheMatrixOfRolesIsPublished(t *testing.T) {
	t.Parallel()
	roles := domain.Roles()
	head := func(first string) string {
		names := make([]string, len(roles))
		for i, role := range roles {
			names[i] = string(role)
		}
		return "\n| " + first + " | " + strings.Join(names, " | ") + " |\n|---|" + strings.Repeat(":-:|", len(roles)) + "\n"
	}
	var matrix, gifts strings.Builder
	matrix.WriteString(head("action"))
	for _, action := range access.Actions() {
		if action != access.CommandDevice {
			fmt.Fprintf(&matrix, "| `%s` |%s\n", action, cells(roles, func(r domain.Role) access.Verdict { return access.Decide(r, action, 0) }))
			continue
		}
		for _, class := range access.Classes() {
			fmt.Fprintf(&matrix, "| `%s` class %c |%s\n", action, class, cells(roles, func(r domain.Role) access.Verdict {
				return access.Decide(r, action, class)
			}))
		}
	}
	gifts.WriteString(head("who gives"))
	for _, giver := range roles {
		row := cells(roles, func(r domain.Role) access.Verdict {
			if access.Gives(giver, r) {
				return access.Always
			}
			return access.Never
		})
		fmt.Fprintf(&gifts, "| %s |%s\n", giver, row)
	}
	checkPart(t, "docs/roles.md", "matrix", matrix.String()+"\n")
	checkPart(t, "docs/roles.md", "gifts", gifts.String()+"\n")
}

func cells(roles []domain.Role, verdict func(domain.Role) access.Verdict) string {
	var row strings.Builder
	for _, role := range roles {
		row.WriteString(map[access.Verdict]string{access.Always: " yes |", access.Named: " named |", access.Never: " – |"}[verdict(role)])
	}
	return row.String()
}
