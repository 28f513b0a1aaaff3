package strictyaml

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// parse returns the one document of a file, or its syntax error. The document
// of an empty file is null.
func parse(name string, data []byte) (*yaml.Node, *Error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: nullTag}, nil
	}
	if err == nil {
		err = decoder.Decode(&second)
	}
	if errors.Is(err, io.EOF) {
		return first.Content[0], nil
	}
	if err != nil {
		return nil, syntaxError(name, data, err)
	}
	return nil, &Error{
		File: name, Line: max(second.Line, 1), Column: max(second.Column, 1),
		Message: "a second YAML document begins here, want one document per file",
	}
}

// syntaxError returns the YAML library's error with its position, and with a
// hint if its cause is known.
func syntaxError(name string, data []byte, err error) *Error {
	result := &Error{File: name, Line: 1, Column: 1, Message: "not valid YAML"}
	loadErr, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return result
	}
	if mark := loadErr.Mark; mark.Line > 0 {
		result.Line, result.Column = mark.Line, max(mark.Column, 1)
	} else { // bytes that are not text have only an offset
		before := data[:min(max(mark.Index, 0), len(data))]
		result.Line += bytes.Count(before, []byte("\n"))
		result.Column += utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	}
	lines := bytes.Split(data, []byte("\n"))
	switch {
	case strings.HasPrefix(loadErr.Message, "unknown anchor"):
		// The library names the anchor, which may be a password that begins
		// with an asterisk.
		result.Message += ": unknown alias, quote a string that begins with *"
		return result
	case loadErr.ContextMsg != "":
		result.Message += ": " + loadErr.Message + " " + loadErr.ContextMsg
	default:
		result.Message += ": " + loadErr.Message
	}
	flow := strings.HasPrefix(loadErr.ContextMsg, "while parsing a flow")
	if flow && result.Line <= len(lines) && bytes.Contains(lines[result.Line-1], []byte("${")) {
		result.Message += ", quote ${NAME} inside braces or brackets"
	}
	return result
}
