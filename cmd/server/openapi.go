package main

import (
	"context"

	"logis/api"
)

func printOpenAPI(_ context.Context, t terminal, _ []string) (int, error) {
	return printDocument(t, api.Document)
}

func printAsyncAPI(_ context.Context, t terminal, _ []string) (int, error) {
	return printDocument(t, api.AsyncDocument)
}

func printDocument(t terminal, write func() ([]byte, error)) (int, error) {
	document, err := write()
	if err != nil {
		return 0, err
	}
	_, err = t.out.Write(document)
	return exitOK, err
}
