package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"logis/access"
	"logis/domain"
	"logis/history/audit"
)

type (
	auditExportInput struct {
		InHome
		Reader
		AuditQuestion
		Format audit.Format `query:"format" required:"true" enum:"csv,jsonl,parquet" doc:"The form of the file." example:"csv"`
	}
	auditExportOutput struct {
		Body func(huma.Context)
	}
)

func (s *Server) addAuditExport() {
	op := operation{
		id: "export-audit", method: http.MethodGet, path: "/homes/{home}/audit/export", tag: "History", action: access.ReadAudit,
		summary: "Take who did what along",
		description: "Returns every entry that the question wants, newest first, as a file that is written while it is read. " +
			"The header Logis-Query holds the exact question. In CSV, what a spreadsheet would take for a formula has an apostrophe before it.",
	}
	add(s, op, s.exportAudit)
	o := operationAt(s.huma.OpenAPI(), op.method, op.path)
	o.Responses["200"].Content = map[string]*huma.MediaType{}
	for _, format := range []audit.Format{audit.CSV, audit.Lines, audit.Parquet} {
		o.Responses["200"].Content[format.ContentType()] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
}

func (s *Server) exportAudit(ctx context.Context, in *auditExportInput) (*auditExportOutput, error) {
	q, err := in.settled(ctx, s, in.Home, in.Reader)
	if err != nil {
		return nil, err
	}
	sight, err := s.auditSight(ctx, in.Home, q)
	if err != nil {
		return nil, err
	}
	select {
	case s.exports <- struct{}{}:
	default:
		return nil, domain.Errorf(domain.Overloaded, "too many files are written at once")
	}
	if err := s.viewed(ctx, sight, q, true); err != nil {
		<-s.exports
		return nil, err
	}
	return &auditExportOutput{Body: func(c huma.Context) {
		defer func() { <-s.exports }()
		r, w := humachi.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", in.Format.ContentType())
		h.Set("Content-Disposition", `attachment; filename="logis-audit-`+q.To.UTC().Format("2006-01-02")+"."+string(in.Format)+`"`)
		h.Set("Logis-Query", q.String())
		if err := s.writeAudit(r.Context(), w, sight, q, in.Format); err != nil {
			s.note(r.Context(), "GET "+r.URL.Path, problemOf(err))
			panic(http.ErrAbortHandler) // the reader must see that the file is cut
		}
	}}, nil
}

// writeAudit writes the file. It goes on for longer than a request may otherwise, as
// long as its reader takes it.
func (s *Server) writeAudit(ctx context.Context, w http.ResponseWriter, sight audit.Sight, q audit.Query, format audit.Format) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTimeout)
	defer cancel()
	sheet, err := audit.NewSheet(format, patient{w, http.NewResponseController(w)}, q)
	if err != nil {
		return err
	}
	if _, err := s.auditBook().Read(ctx, sight, q, audit.Page{}, sheet.Write); err != nil {
		return err
	}
	return sheet.Close()
}

// patient is an answer whose reader has time for each piece of it.
type patient struct {
	io.Writer

	control *http.ResponseController
}

// Write writes a piece.
func (p patient) Write(piece []byte) (int, error) {
	// A writer without deadlines is one of a test: nothing to extend.
	_ = p.control.SetWriteDeadline(time.Now().Add(pieceTimeout))
	return p.Writer.Write(piece)
}
