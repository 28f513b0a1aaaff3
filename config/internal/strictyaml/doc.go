// Package strictyaml reads YAML configurations and reports everything that is
// wrong with one at once, each error with its file, line and column.
//
// [Parse] returns a [Document] of plain data: aliases are followed, merge keys
// applied, duplicate keys refused and environment variables expanded. They are
// expanded after parsing, so a variable cannot change the structure, and are
// then read as whatever type is wanted.
//
// A [Value] knows its position in the file and its path in the document. Its
// methods return it as the type that is wanted. If it is of another type, they
// report that to the document and return false, and the caller goes on with the
// next value. The caller reports what else is wrong by [Value.Errorf]. At the end
// [Document.Err] returns all errors in the order of the file. The example reads
// the settings of a server.
//
// No error shows the value of a variable, which may be secret.
package strictyaml
