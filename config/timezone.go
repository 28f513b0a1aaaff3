package config

import (
	"time"
	_ "time/tzdata" // images without a file system have no time zones

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// timezone reads where days begin: UTC if the value is wrong.
func timezone(v strictyaml.Value) *time.Location {
	name, ok := v.NonEmptyText()
	if !ok {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		v.Errorf("unknown time zone %s, want a name such as UTC or Asia/Kolkata", v.Quoted())
		return time.UTC
	}
	return zone
}
