package api

import (
	"slices"
	"strings"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
)

// classScope stands before a class of commands in a scope: class.C.
const classScope = "class."

// scopeText writes limits as OAuth's scope: the actions, and each class behind class.
func scopeText(l access.Limits) string {
	words := all(l.Actions, func(a access.Action) string { return string(a) })
	for _, class := range l.Classes {
		words = append(words, classScope+class.String())
	}
	return strings.Join(words, " ")
}

// parseScope reads what an app asks for. One that asks for nothing asks to look at the
// home; one that asks for commands without classes leaves them to the person.
func parseScope(text string) (actions []access.Action, classes []Class, err error) {
	for word := range strings.FieldsSeq(text) {
		if letter, ok := strings.CutPrefix(word, classScope); ok && len(letter) == 1 && thing.Class(letter[0]).Valid() {
			classes = append(classes, Class{thing.Class(letter[0])})
			continue
		}
		if !slices.Contains(access.Delegable(), access.Action(word)) {
			return nil, nil, domain.InvalidInput(domain.Fault{Field: "scope", Message: "must be made of actions and of classes like class.C"})
		}
		actions = append(actions, access.Action(word))
	}
	if len(classes) > 0 && !slices.Contains(actions, access.CommandDevice) {
		actions = append(actions, access.CommandDevice)
	}
	if len(actions) == 0 {
		actions = []access.Action{access.ReadHome}
	}
	return actions, classes, nil
}

// scopes returns every word of a scope.
func scopes() []string {
	return strings.Fields(scopeText(access.Limits{Actions: access.Delegable(), Classes: access.Classes()}))
}
