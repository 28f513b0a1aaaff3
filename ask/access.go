package ask

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// access asks whether URL and token work. If they do not, nothing else is asked.
func access(ctx context.Context, i *inquiry) (Finding, error) {
	page, err := i.everyone.page(ctx, 1)
	var unasked *notAsked
	if errors.As(err, &unasked) && len(i.asker.all()) == 0 && ctx.Err() != nil {
		return Finding{}, err
	}
	if err != nil {
		if i.asker.stopped == nil {
			i.asker.stopped = &notAsked{why: "URL and token do not work"}
		}
		return i.inaccessible(err), nil
	}
	answers := i.asker.all()
	last := answers[len(answers)-1]
	return fine(fmt.Sprintf("%d %s in %s: page 1 has %s", last.status, http.StatusText(last.status),
		last.took.Round(time.Millisecond), number(page.Records, "contact")), ""), nil
}

// inaccessible returns the finding that page 1 cannot be had.
func (i *inquiry) inaccessible(err error) Finding {
	text := strings.TrimPrefix(err.Error(), "not asked: ")
	var last answer
	if answers := i.asker.all(); len(answers) > 0 {
		last = answers[len(answers)-1]
	}
	f := notice(text, i.accessHint(err, last))
	f.effect = unknown
	return f
}

// accessHint returns what to do about an error of the first request.
func (i *inquiry) accessHint(err error, last answer) string {
	reason := inbox.ReasonOf(err)
	html := strings.Contains(last.header.Get("Content-Type"), "html")
	switch {
	case html || last.status/100 == 3:
		return fmt.Sprintf("Something else than the API answers at %s, such as the login page of a proxy: check url and proxy_url.", i.account.ShownURL)
	case reason == inbox.Auth && last.status == http.StatusForbidden:
		return "The API knows the token, but it lacks the right to list contacts: create a token with that right."
	case reason == inbox.Auth:
		return "The token is wrong, expired or revoked, or that of another host: check authorization and url."
	case last.status == http.StatusTooManyRequests:
		return "Other programs may use the same token. Try again later."
	case last.status == http.StatusNotFound:
		return fmt.Sprintf("There is no inbox API at %s: check url.", i.account.ShownURL)
	case last.status != 0:
		return "The response is not one of the inbox API: check url."
	default:
		return fmt.Sprintf("%s cannot be reached: check url, DNS, firewall and proxy_url.", i.account.ShownURL)
	}
}

// compression asks whether responses are compressed.
func compression(_ context.Context, i *inquiry) (Finding, error) {
	answers := i.pages()
	if len(answers) == 0 {
		return Finding{}, i.noPages()
	}
	compressed := 0
	for _, a := range answers {
		if a.header.Get("Content-Encoding") != "" {
			compressed++
		}
	}
	switch compressed {
	case len(answers):
		return fine("responses are compressed", ""), nil
	case 0:
		return notice("responses are not compressed",
			"Scrapes transfer several times as many bytes. A proxy may remove the header Accept-Encoding."), nil
	default:
		return fine(fmt.Sprintf("%d of %d responses are compressed", compressed, len(answers)), ""), nil
	}
}

// pages returns the responses that were pages.
func (i *inquiry) pages() []answer {
	var pages []answer
	for _, a := range i.asker.all() {
		if a.page {
			pages = append(pages, a)
		}
	}
	return pages
}

// noPages returns why no page was seen.
func (i *inquiry) noPages() error { return i.stoppedOr("no page was seen") }

// noEnd returns why it is not known where the list ends.
func (i *inquiry) noEnd() error { return i.stoppedOr("the last page was not found") }

func (i *inquiry) stoppedOr(why string) error {
	if i.asker.stopped != nil {
		return i.asker.stopped
	}
	return &notAsked{why: why}
}
