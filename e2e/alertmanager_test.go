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

// TestBacklogReachesAlertmanager lets customers wait: as many as the threshold, which
// is no alert, and one more. The rules are those of the project but for their patience.
func TestBacklogReachesAlertmanager(t *testing.T) {
	t.Parallel()
	mailbox := programtest.Start(t, alertmanager(t), nil, "--config.file=../deploy/alertmanager.yml",
		"--storage.path="+t.TempDir(), "--cluster.listen-address=")
	api := inboxtest.Start(t)
	target := programtest.Start(t, exporter(t), environment(api))
	prom := startMonitoring(t, []string{target.Address}, []string{impatient(t, "../alerts/inbox.yml", 3*time.Second)}, mailbox.Address)

	for range 25 {
		api.Inbox.Add(chat(inboxtest.ByUser), chat(inboxtest.ByAgent)) // somebody is at the desk
	}
	prom.awaitValue(t, `account:botpenguin_inbox_backlog:sum{account="default"}`, func(n float64) bool { return n == 25 })
	prom.awaitValue(t, "botpenguin_threshold:backlog", func(n float64) bool { return n == 25 })
	if state := prom.alertState(t, backlogHigh); state != "" {
		t.Errorf("%s is %s while as many wait as the threshold", backlogHigh, state)
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
	// Before it fired it was pending: for how long, Prometheus has recorded.
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
			return fmt.Errorf("answered, and Alertmanager still has %s", still)
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
		t.Errorf("it is %s", alert.Status.State)
	}
}

// chat returns a customer in a live chat, and who wrote last.
func chat(lastBy string) inboxtest.Contact {
	return inboxtest.Contact{
		Platform: []inboxtest.Channel{inboxtest.Website}, Status: inboxtest.StatusOpen, Online: true,
		LiveChatActive: true, LastMessage: inboxtest.Message{By: lastBy, At: time.Now()},
	}
}

// impatient returns a copy of a rule file in which every alert that waits before it
// fires waits this long.
func impatient(t *testing.T, file string, patience time.Duration) string {
	t.Helper()
	waits := regexp.MustCompile(`(?m)^( +for:) .*$`)
	content := read(t, file)
	if !waits.MatchString(content) {
		t.Fatalf("no alert of %s waits", file)
	}
	return programtest.WriteFile(t, filepath.Base(file), waits.ReplaceAllString(content, "$1 "+patience.String()))
}

// alertState returns the state of an alert in Prometheus, nothing if there is no such.
func (p promServer) alertState(t *testing.T, name string) string {
	t.Helper()
	body, _ := get(t, p.Program, "/api/v1/alerts", "application/json")
	var answer struct {
		Data struct {
			Alerts []struct {
				Labels map[string]string
				State  string
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	for _, alert := range answer.Data.Alerts {
		if alert.Labels["alertname"] == name {
			return alert.State
		}
	}
	return ""
}

var errNoAlert = errors.New("no such alert has arrived at Alertmanager")

// arrived returns the one alert of a name that Alertmanager's API shows.
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
