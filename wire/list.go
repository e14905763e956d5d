package wire

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// EntryList holds the entries of one frame, at most MaxEntries. Reading stops
// behind the bound: a frame full of empty elements would take a hundred times its
// size in memory.
type EntryList []Entry

// PresentList holds the devices of one snapshot frame, at most MaxSnapshot.
type PresentList []Present

// UnmarshalJSONFrom reads the list.
func (l *EntryList) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	list, err := readList[Entry](d, MaxEntries)
	*l = list
	return err
}

// UnmarshalJSONFrom reads the list.
func (l *PresentList) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	list, err := readList[Present](d, MaxSnapshot)
	*l = list
	return err
}

func readList[E any](d *jsontext.Decoder, limit int) ([]E, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	if token.Kind() != '[' {
		return nil, fmt.Errorf("want a list, got %s", token.Kind())
	}
	list := []E{}
	for d.PeekKind() != ']' {
		if len(list) == limit {
			return nil, fmt.Errorf("a list holds at most %d elements here", limit)
		}
		list = append(list, *new(E))
		if err := json.UnmarshalDecode(d, &list[len(list)-1]); err != nil {
			return nil, err
		}
	}
	_, err = d.ReadToken()
	return list, err
}
