package inboxtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// request is a decoded request body.
type request struct {
	searchText        string
	tags              []string
	status            []string
	isOnline          bool
	bots              map[Channel][]string
	agentAssigned     []string
	segments          []string
	applicableFilters []string
	lastSeenAt        span
	createdAt         span
	userInteracted    bool
	lastMessageBy     []string
	isLiveChatActive  bool
	hasOrdered        ordered
	page              int
	isContact         bool
	isSubscriber      bool // optional
}

// span is a range of time; a zero time means that there is no limit.
type span struct{ from, to time.Time }

// ordered is the filter hasOrdered; a zero time matches any order.
type ordered struct {
	status bool
	since  time.Time
}

// errExport is the error of a body that would start an export.
var errExport = errors.New(`isExport must be "none"`)

// maxPage replaces all larger page numbers; they are past the end anyway.
const maxPage = math.MaxInt32

// parseRequest decodes and validates a body. The error names the first field, in the documentation's order, that is
// missing or has the wrong type. If the body would start an export, the error is errExport.
func parseRequest(raw []byte) (request, error) {
	var f fields
	if err := json.Unmarshal(raw, &f.values); err != nil || f.values == nil {
		return request{}, errors.New("the body must be one JSON object")
	}
	if f.exports() {
		return request{}, errExport
	}
	q := request{bots: map[Channel][]string{}}
	q.searchText = f.text("searchText")
	q.tags = f.texts("tags")
	q.status = f.texts("status")
	q.isOnline = f.flag("isOnline")
	q.bots[Website] = f.texts("_botWebsite")
	q.bots[Whatsapp] = f.texts("_botWhatsapp")
	q.bots[Telegram] = f.texts("_botTelegram")
	q.bots[Facebook] = f.texts("_botFacebook")
	q.agentAssigned = f.texts("_agentAssigned")
	q.segments = f.texts("segments")
	q.applicableFilters = f.texts("applicableFilters")
	q.lastSeenAt = f.span("lastSeenAt")
	q.createdAt = f.span("createdAt")
	q.userInteracted = f.flag("userInteracted")
	q.lastMessageBy = f.texts("lastMessageBy")
	q.isLiveChatActive = f.flag("isLiveChatActive")
	q.hasOrdered = f.ordered("hasOrdered")
	q.page = f.page("page")
	f.text("isExport")
	q.isContact = f.flag("isContact")
	if f.has("_botAutomation") {
		q.bots[Automation] = f.texts("_botAutomation")
	}
	if f.has("isSubscriber") {
		q.isSubscriber = f.flag("isSubscriber")
	}
	return q, f.err
}

// fields decodes the members of a JSON object and keeps the first error.
type fields struct {
	prefix string // of names in errors
	values map[string]json.RawMessage
	err    error
}

func (f *fields) has(name string) bool {
	_, ok := f.values[name]
	return ok
}

func (f *fields) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// exports reports whether the body would start an export.
func (f *fields) exports() bool {
	var export *string
	return json.Unmarshal(f.values["isExport"], &export) == nil && export != nil && *export != "none"
}

// read decodes a required field into target. JSON's null must set what target points to to nil, so that valid can reject it.
func (f *fields) read(name, want string, target any, valid func() bool) {
	raw, ok := f.values[name]
	switch {
	case !ok:
		f.fail(fmt.Errorf("%s%s is required", f.prefix, name))
	case json.Unmarshal(raw, target) != nil || !valid():
		f.fail(fmt.Errorf("%s%s must be %s", f.prefix, name, want))
	}
}

func (f *fields) text(name string) string {
	var v *string
	f.read(name, "a string", &v, func() bool { return v != nil })
	return deref(v)
}

func (f *fields) flag(name string) bool {
	var v *bool
	f.read(name, "a boolean", &v, func() bool { return v != nil })
	return deref(v)
}

func (f *fields) texts(name string) []string {
	var v []*string
	f.read(name, "an array of strings", &v, func() bool { return v != nil && !slices.Contains(v, nil) })
	items := make([]string, len(v))
	for i := range v {
		items[i] = deref(v[i])
	}
	return items
}

func (f *fields) page(name string) int {
	var v *float64
	f.read(name, "a whole number from 1", &v, func() bool { return v != nil && *v >= 1 && *v == math.Trunc(*v) })
	return int(min(deref(v), maxPage))
}

// object returns the fields of a nested object. Call done after reading them, to keep their error.
func (f *fields) object(name string) (nested *fields, done func()) {
	nested = &fields{prefix: f.prefix + name + "."}
	f.read(name, "an object", &nested.values, func() bool { return nested.values != nil })
	return nested, func() {
		if nested.err != nil {
			f.fail(nested.err)
		}
	}
}

// time reads an RFC 3339 time, or "" for none.
func (f *fields) time(name string) time.Time {
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.fail(fmt.Errorf(`%s%s must be an ISO 8601 time or ""`, f.prefix, name))
	}
	return t
}

func (f *fields) span(name string) span {
	nested, done := f.object(name)
	defer done()
	return span{from: nested.time("startAt"), to: nested.time("endsAt")}
}

func (f *fields) ordered(name string) ordered {
	nested, done := f.object(name)
	defer done()
	return ordered{status: nested.flag("status"), since: nested.time("lastAt")}
}

// deref returns what v points to, or the zero value for nil.
func deref[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}
