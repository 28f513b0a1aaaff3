package ask

import (
	"context"
	"errors"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// MaxDoctorRequests is how many requests Doctor makes at most.
const MaxDoctorRequests = 60

// question is one of those that Doctor asks.
type question struct {
	name string
	// ask returns the answer. Its error says why there is none.
	ask func(ctx context.Context, i *inquiry) (Finding, error)
	// essential means that without an answer nothing is known of the numbers.
	essential bool
}

// questions returns what is asked of an account's API, the most important first. Those
// that make no request come last, because they look at the responses of the others.
func questions(account *config.Account) []question {
	all := []question{
		{name: "URL and token", ask: access, essential: true},
		{name: "page size", ask: pageSize, essential: true},
		{name: "after the last page", ask: afterLastPage, essential: true},
		{name: "isContact", ask: isContact},
		{name: "order", ask: order},
	}
	for _, k := range filterKinds(account) {
		all = append(all, question{name: "filter " + k.field, ask: k.ask})
	}
	return append(all,
		question{name: "values of status", ask: statusValues},
		question{name: "values of platform", ask: platformValues},
		question{name: "values of lastMessage.by", ask: senderValues},
		question{name: "fields", ask: missingFields},
		question{name: "rate limit", ask: rateLimit},
		question{name: "response time", ask: responseTime},
		question{name: "clock", ask: clock},
		question{name: "compression", ask: compression},
	)
}

// inquiry is what is known of the API of one account so far.
type inquiry struct {
	account  *config.Account
	asker    *asker
	now      time.Time // what "now" is in the filters
	fields   fields
	everyone *list // the list without any filter
	end      *ending

	seen  []inbox.Contact // of all lists, each once
	known map[inbox.Identity]bool

	unordered bool // each look shows the contacts in another order
}

// Report is what Doctor found.
type Report struct {
	Findings []Finding
	Requests int // retries included
}

// Doctor asks the questions of an account's API and returns the answers in the order of
// the questions. When ctx ends, the rest are reported as not asked.
func Doctor(ctx context.Context, account *config.Account, options Options) (Report, error) {
	asker, err := newAsker(account, MaxDoctorRequests, options)
	if err != nil {
		return Report{}, err
	}
	defer asker.close()
	i := &inquiry{account: account, asker: asker, now: time.Now(), fields: newFields(account), known: make(map[inbox.Identity]bool)}
	i.everyone = i.list(filter.Filter{})
	var report Report
	for _, q := range questions(account) {
		options.Progress.asks(q.name)
		report.Findings = append(report.Findings, i.answer(ctx, q))
	}
	report.Requests = asker.budget.requests()
	return report, nil
}

// answer asks a question.
func (i *inquiry) answer(ctx context.Context, q question) Finding {
	f, err := q.ask(ctx, i)
	if err != nil {
		f = notice("no answer: "+err.Error(), "")
		failed := q.essential
		if unasked := (*notAsked)(nil); errors.As(err, &unasked) {
			f.Observation = unasked.Error()
			failed = failed || unasked.failed
		}
		if failed {
			f.effect = unknown
		}
	}
	f.Account, f.Question = i.account.Name, q.name
	f.Observation, f.Consequence = i.asker.redact(f.Observation), i.asker.redact(f.Consequence)
	return f
}
