package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"logis/dispatch/mail"
	"logis/domain"
)

// byMail tells people at the address they confirmed.
type byMail struct{ teller *Teller }

func (byMail) reaches(s *Settings) bool { return s.Confirmed }

func (c byMail) send(ctx context.Context, _ domain.PersonID, s *Settings, l *letter) error {
	err := c.teller.options.Mail.Send(ctx, mailOf(s.Address, l))
	if errors.Is(err, mail.ErrRefused) {
		return fmt.Errorf("%w: %w", errRefused, err)
	}
	return err
}

// mailOf is a letter as e-mail.
func mailOf(address string, l *letter) mail.Mail {
	var text strings.Builder
	for _, n := range l.told {
		text.WriteString(n.row.RecordedAt.In(l.zone).Format("2 Jan 15:04") + "  " + n.sentence + "\n")
		if link := l.link(n.place()); link != "" {
			text.WriteString("    " + link + "\n")
		}
		text.WriteString("\n")
	}
	if l.more > 0 {
		fmt.Fprintf(&text, "And %d more.\n\n", l.more)
	}
	text.WriteString("-- \nYou are told because you belong to this home. What you are told of, and when, is up to you")
	if link := l.link("/account"); link != "" {
		text.WriteString(": " + link)
	}
	text.WriteString(".\n")
	return mail.Mail{To: address, Subject: l.subject() + " – " + l.name, Text: text.String(), At: l.at, ID: l.id}
}

// codeMail is what shows that an address is the person's.
func codeMail(address, code string, person domain.PersonID, now time.Time) mail.Mail {
	return mail.Mail{
		To: address, Subject: "Your code is " + code, ID: fmt.Sprintf("code.%d.%s", now.Unix(), person), At: now,
		Text: "Type " + code + " into your account page to be told at this address what happens at home.\n\n" +
			"If you did not ask for it, somebody mistyped their address: do nothing.\n",
	}
}
