package config

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// document parses YAML and returns its one document, or the syntax error.
func document(file string, data []byte) (*yaml.Node, *Error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if errors.Is(err, io.EOF) || err == nil && isNothing(first.Content[0]) {
		return nil, &Error{File: file, Line: 1, Column: 1, Message: "the configuration is empty, want accounts and queries"}
	}
	if err == nil {
		err = decoder.Decode(&second)
	}
	if errors.Is(err, io.EOF) {
		return first.Content[0], nil
	}
	if err != nil {
		return nil, syntaxError(file, data, err)
	}
	return nil, &Error{
		File: file, Line: max(second.Line, 1), Column: max(second.Column, 1),
		Message: "a second YAML document begins here, want one document a file",
	}
}

// isNothing tells whether a document holds no value at all.
func isNothing(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == nullTag && n.Value == ""
}

// syntaxError gives the YAML library's error its position, and a hint where
// its cause is known.
func syntaxError(file string, data []byte, err error) *Error {
	result := &Error{File: file, Line: 1, Column: 1, Message: "not valid YAML"}
	loadErr, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return result
	}
	if mark := loadErr.Mark; mark.Line > 0 {
		result.Line, result.Column = mark.Line, max(mark.Column, 1)
	} else { // bytes that are no text have an offset only
		before := data[:min(max(mark.Index, 0), len(data))]
		result.Line += bytes.Count(before, []byte("\n"))
		result.Column += utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	}
	lines := bytes.Split(data, []byte("\n"))
	switch {
	case strings.HasPrefix(loadErr.Message, "unknown anchor"):
		// The library names the anchor, which may be a password that begins
		// with an asterisk.
		result.Message += ": unknown alias, a text that begins with * wants quotes"
		return result
	case loadErr.ContextMsg != "":
		result.Message += ": " + loadErr.Message + " " + loadErr.ContextMsg
	default:
		result.Message += ": " + loadErr.Message
	}
	flow := strings.HasPrefix(loadErr.ContextMsg, "while parsing a flow")
	if flow && result.Line <= len(lines) && bytes.Contains(lines[result.Line-1], []byte("${")) {
		result.Message += ", a ${NAME} between braces or brackets wants quotes"
	}
	return result
}
