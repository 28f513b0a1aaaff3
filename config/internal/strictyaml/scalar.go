package strictyaml

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v4"
)

// Scalar returns the text of a single value of any type as the file has it,
// with variables expanded. An id of digits can be read by it without quotes.
func (v Value) Scalar() (string, bool) {
	switch {
	case !v.is(yaml.ScalarNode):
		return "", false
	case v.IsNull():
		v.Errorf("has no value, give one or remove the key")
		return "", false
	}
	return v.node.Value, true
}

// Text returns a string. One that YAML takes for another type must be quoted.
func (v Value) Text() (string, bool) {
	text, ok := v.Scalar()
	if ok && v.node.Tag != stringTag {
		v.Errorf("want a string, put it in quotes")
		return "", false
	}
	return text, ok
}

// NonEmptyText returns a string that is not empty.
func (v Value) NonEmptyText() (string, bool) {
	text, ok := v.Text()
	if ok && text == "" {
		v.Errorf("cannot be empty")
	}
	return text, text != ""
}

// Bool returns a boolean.
func (v Value) Bool() (value, ok bool) {
	text, ok := v.Scalar()
	if !ok {
		return false, false
	}
	value = slices.Contains([]string{"true", "True", "TRUE"}, text)
	known := value || slices.Contains([]string{"false", "False", "FALSE"}, text)
	if !known || v.node.Tag != boolTag && !v.hasVariables() {
		v.Errorf("want true or false")
		return false, false
	}
	return value, true
}

// Number returns a finite number.
func (v Value) Number() (float64, bool) {
	text, ok := v.Scalar()
	if !ok {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	switch numeric := v.node.Tag == intTag || v.node.Tag == floatTag || v.hasVariables(); {
	case err != nil || math.IsNaN(number) || math.IsInf(number, 0):
		v.Errorf("want a number")
		return 0, false
	case !numeric:
		v.Errorf("want a number, without quotes")
		return 0, false
	}
	return number, true
}

// Duration returns a duration in Prometheus' units.
func (v Value) Duration() (time.Duration, bool) {
	text, ok := v.Scalar()
	if !ok {
		return 0, false
	}
	duration, err := model.ParseDuration(text)
	if err != nil {
		v.Errorf("want a duration such as 10s or 1m30s")
		return 0, false
	}
	return time.Duration(duration), true
}

// Any returns the value as Go data: nil, bool, numbers, string, []any and
// map[string]any.
func (v Value) Any() (any, bool) {
	if v.isBroken() {
		return nil, false
	}
	var value any
	if err := v.node.Decode(&value); err != nil { // its text has the value
		v.Errorf("does not fit its YAML tag")
		return nil, false
	}
	return value, true
}

func (v Value) hasVariables() bool {
	_, variables := v.doc.sources[v.node]
	return variables
}
