package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

const demoRules = "alerts/demo/inbox.yml"

// fast is by how much the clock of the demo's rules is faster.
const fast = 60

// shortest is the shortest range and offset of the demo's rules: three scrapes.
const shortest = 15 * time.Second

// TestDemoRules compares the rules for the demo with the shipped ones, of which they are a
// copy with a faster clock. A change of the shipped ones needs go test -run TestDemoRules
// -update .
func TestDemoRules(t *testing.T) {
	t.Parallel()
	shipped, err := os.ReadFile("alerts/inbox.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := "# Written by go test -run TestDemoRules -update . from alerts/inbox.yml, for the command demo:\n" +
		fmt.Sprintf("# all times are divided by %d, so that alerts fire within minutes. Not for a real inbox.\n", fast) + faster(string(shipped))
	if *update {
		if err := os.WriteFile(demoRules, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(demoRules)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not alerts/inbox.yml with a faster clock: rewrite it with go test -run TestDemoRules -update .", demoRules)
	}
	for _, part := range []string{"for: 2s\n", "[1m])", "[15s]", "expr: vector(10)\n", "offset 45s", "histogram_fraction(-Inf, 5, "} {
		if !strings.Contains(want, part) {
			t.Errorf("%s lacks %q", demoRules, part)
		}
	}
}

var (
	rangeOf        = regexp.MustCompile(`\[(\w+)\]`)
	offsetOf       = regexp.MustCompile(`offset (\w+)`)
	durationOf     = regexp.MustCompile(`(?m)^( +for: )(\w+)$`)
	fractionOf     = regexp.MustCompile(`(histogram_fraction\(-Inf, )(\d+)`)
	secondsRecords = regexp.MustCompile(`(?m)(- record: botpenguin_threshold:\w*seconds\w*\n +expr: vector\()(\d+)`)
)

// faster returns rules in which all times are shorter.
func faster(rules string) string {
	shorten := func(text string, least time.Duration) string {
		d, err := model.ParseDuration(text)
		if err != nil {
			return text
		}
		return model.Duration(max(time.Duration(d)/fast, least)).String()
	}
	rules = rangeOf.ReplaceAllStringFunc(rules, func(s string) string { return "[" + shorten(s[1:len(s)-1], shortest) + "]" })
	rules = offsetOf.ReplaceAllStringFunc(rules, func(s string) string { return "offset " + shorten(s[len("offset "):], shortest) })
	rules = durationOf.ReplaceAllStringFunc(rules, func(s string) string {
		m := durationOf.FindStringSubmatch(s)
		return m[1] + shorten(m[2], 0)
	})
	for _, seconds := range []*regexp.Regexp{fractionOf, secondsRecords} {
		rules = seconds.ReplaceAllStringFunc(rules, func(s string) string {
			m := seconds.FindStringSubmatch(s)
			n, _ := strconv.Atoi(m[2])
			return m[1] + strconv.Itoa(n/fast)
		})
	}
	return rules
}
