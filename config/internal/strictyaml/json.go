package strictyaml

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// JSON returns the value as JSON: keys in the order of the file, and numbers
// digit by digit if JSON would write them the same way. The value of a variable
// is a string, whatever it looks like.
func (v Value) JSON() ([]byte, bool) {
	before := v.doc.Failures()
	var out bytes.Buffer
	if err := v.encode(jsontext.NewEncoder(&out, jsontext.EscapeForJS(true))); err != nil {
		v.Errorf("is nested too deeply for JSON") // keys are unique, and text is UTF-8
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), v.doc.Failures() == before
}

// encode writes the value. One that cannot be written is reported, and null
// stands in for it.
func (v Value) encode(to *jsontext.Encoder) error {
	switch {
	case v.isBroken():
		return to.WriteToken(jsontext.Null)
	case v.node.Kind == yaml.MappingNode:
		return v.encodeObject(to)
	case v.node.Kind == yaml.SequenceNode:
		return v.encodeArray(to)
	}
	switch v.node.Tag {
	case nullTag:
		return to.WriteToken(jsontext.Null)
	case boolTag:
		return to.WriteToken(jsontext.Bool(strings.EqualFold(v.node.Value, "true")))
	case intTag, floatTag:
		number, ok := jsonNumber(v.node.Value)
		if !ok {
			v.Errorf("%s is not a JSON number, quote it to send a string", v.Quoted())
			number = jsontext.Value("null")
		}
		return to.WriteValue(number)
	default:
		return to.WriteToken(jsontext.String(v.node.Value))
	}
}

func (v Value) encodeObject(to *jsontext.Encoder) error {
	if err := to.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, e := range v.entries() {
		if err := to.WriteToken(jsontext.String(e.Name)); err != nil {
			return err
		}
		if err := e.Value.encode(to); err != nil {
			return err
		}
	}
	return to.WriteToken(jsontext.EndObject)
}

func (v Value) encodeArray(to *jsontext.Encoder) error {
	if err := to.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, item := range v.items() {
		if err := item.encode(to); err != nil {
			return err
		}
	}
	return to.WriteToken(jsontext.EndArray)
}

// jsonNumber returns a YAML number as JSON.
func jsonNumber(text string) (jsontext.Value, bool) {
	if number := jsontext.Value(text); number.IsValid() {
		return number, true
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.AppendInt(nil, n, 10), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, false
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), true
}
