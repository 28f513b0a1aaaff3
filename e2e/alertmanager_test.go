package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

const backlogHigh = "BotPenguinBacklogHigh"

// TestBacklogReachesAlertmanager has a backlog at the threshold, which must not alert, and
// then one above it. The rules are those of the project, with a shorter for.
func TestBacklogReachesAlertmanager(t *testing.T) {
	t.Parallel()
	mailbox := programtest.Start(t, alertmanager(t), nil, "--config.file=../deploy/alertmanager.yml",
		"--storage.path="+t.TempDir(), "--cluster.listen-address=")
	api := inboxtest.Start(t)
	target := programtest.Start(t, exporter(t), environment(api))
	const interval = "3s" // within a second, the rate limit allows for less than the requests of a scrape
	prom := startMonitoring(t, interval, []string{target.Address}, []string{withFor(t, "../alerts/inbox.yml", 3*time.Second)}, mailbox.Address)

	for range 25 {
		api.Inbox.Add(chat(inboxtest.ByUser), chat(inboxtest.ByAgent)) // so that BotPenguinNobodyAnswers does not fire
	}
	prom.awaitValue(t, `account:botpenguin_inbox_backlog:sum{account="default"}`, func(n float64) bool { return n == 25 })
	prom.awaitValue(t, "botpenguin_threshold:backlog", func(n float64) bool { return n == 25 })
	if state := prom.alertState(t, backlogHigh); state != "" {
		t.Errorf("%s is %s at the threshold", backlogHigh, state)
	}

	last := chat(inboxtest.ByUser)
	last.ID = "64f0c0ffee0000000000beef"
	api.Inbox.Add(last)
	programtest.Eventually(t, func() error {
		if state := prom.alertState(t, backlogHigh); state != "firing" {
			return fmt.Errorf("%s is %q, want firing", backlogHigh, state)
		}
		return nil
	})
	// It was pending before it fired.
	prom.awaitValue(t, fmt.Sprintf(`count_over_time(ALERTS{alertname=%q,alertstate="pending"}[1h])`, backlogHigh), func(n float64) bool { return n > 0 })
	var alert json.RawMessage
	programtest.Eventually(t, func() (err error) {
		alert, err = arrived(t, mailbox, backlogHigh)
		return err
	})
	t.Logf("Alertmanager has\n%s", alert)
	checkBacklogHigh(t, alert)

	api.Inbox.Update(last.ID, func(c *inboxtest.Contact) { c.LastMessage.By = inboxtest.ByAgent })
	programtest.Eventually(t, func() error {
		if still, err := arrived(t, mailbox, backlogHigh); err == nil {
			return fmt.Errorf("answered, but Alertmanager still has %s", still)
		}
		return nil
	})
}

func checkBacklogHigh(t *testing.T, raw json.RawMessage) {
	t.Helper()
	var alert struct {
		Labels, Annotations map[string]string
		Status              struct{ State string }
	}
	if err := json.Unmarshal(raw, &alert); err != nil {
		t.Fatal(err)
	}
	for label, want := range map[string]string{"alertname": backlogHigh, "account": "default", "severity": "warning"} {
		if alert.Labels[label] != want {
			t.Errorf("label %s is %q, want %q", label, alert.Labels[label], want)
		}
	}
	if want := "Too many customers of default are waiting for an answer."; alert.Annotations["summary"] != want {
		t.Errorf("summary %q, want %q", alert.Annotations["summary"], want)
	}
	if alert.Status.State != "active" {
		t.Errorf("state %s, want active", alert.Status.State)
	}
}

// chat returns a customer in a live chat with the given sender of the last message.
func chat(lastBy string) inboxtest.Contact {
	return inboxtest.Contact{
		Platform: []inboxtest.Channel{inboxtest.Website}, Status: inboxtest.StatusOpen, Online: true,
		LiveChatActive: true, LastMessage: inboxtest.Message{By: lastBy, At: time.Now()},
	}
}

// withFor returns a copy of a rule file in which every for has the given duration.
func withFor(t *testing.T, file string, duration time.Duration) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^( +for:) .*$`)
	content := read(t, file)
	if !line.MatchString(content) {
		t.Fatalf("no alert in %s has a for", file)
	}
	return programtest.WriteFile(t, filepath.Base(file), line.ReplaceAllString(content, "$1 "+duration.String()))
}

// alertState returns the state of an alert in Prometheus, "" if it is not active.
func (p promServer) alertState(t *testing.T, name string) string {
	t.Helper()
	body, _ := get(t, p.Program, "/api/v1/alerts", "application/json")
	var response struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatal(err)
	}
	for _, alert := range response.Data.Alerts {
		if alert.Labels["alertname"] == name {
			return alert.State
		}
	}
	return ""
}

var errNoAlert = errors.New("no such alert has arrived at Alertmanager")

// arrived returns the alert with the given name from Alertmanager's API.
func arrived(t *testing.T, mailbox *programtest.Program, name string) (json.RawMessage, error) {
	t.Helper()
	body, _ := get(t, mailbox, "/api/v2/alerts?filter=alertname="+name, "application/json")
	var alerts []json.RawMessage
	if err := json.Unmarshal([]byte(body), &alerts); err != nil {
		t.Fatal(err)
	}
	if len(alerts) != 1 {
		return nil, errNoAlert
	}
	return alerts[0], nil
}
