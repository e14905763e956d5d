package main

import (
	"context"

	"logis/api"
)

func printOpenAPI(_ context.Context, t terminal, _ []string) (int, error) {
	document, err := api.Document()
	if err != nil {
		return 0, err
	}
	_, err = t.out.Write(document)
	return exitOK, err
}
