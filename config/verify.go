package config

import "github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"

// Verify says what to do if records contradict the filter of a query.
type Verify string

// The values of the key verify.
const (
	VerifyWarn Verify = "warn" // the number is doubted
	VerifyFail Verify = "fail" // the query fails
	VerifyOff  Verify = "off"  // records are not compared with the filter
)

// verify reads a key verify.
func verify(v strictyaml.Value) Verify {
	text, ok := v.NonEmptyText()
	how := Verify(text)
	if ok && how != VerifyWarn && how != VerifyFail && how != VerifyOff {
		v.Errorf("want warn, fail or off, got %s", v.Quoted())
	}
	return how
}
