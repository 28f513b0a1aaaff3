package inbox

import "io"

const (
	maxAnswer = 64 << 20  // bytes of one answer, decompressed
	maxToken  = 8<<20 + 2 // bytes of one string or number in it, with a colon and a quote before
)

// guardedReader stands before a decoder, which holds any one token whole. It ends
// an answer that is too long, or that has too long a token, with a TooLarge error,
// and remembers the error that ended the answer.
type guardedReader struct {
	reader   io.Reader
	consumed func() int64 // how many bytes the decoder has done with
	read     int64
	longest  int64 // token that the decoder had to hold
	err      error
}

// Read is called when the decoder cannot end a token with the bytes that it holds.
func (g *guardedReader) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	held := g.read - g.consumed()
	g.longest = max(g.longest, held)
	n, err := g.reader.Read(p[:min(int64(len(p)), max(1, maxToken+1-held))])
	g.read += int64(n)
	switch {
	case g.read > maxAnswer:
		g.err = Errorf(TooLarge, "the answer is longer than %d MiB", maxAnswer>>20)
	case g.longest > maxToken:
		g.err = Errorf(TooLarge, "the answer has a string longer than %d MiB", maxToken>>20)
	case err != nil && err != io.EOF:
		g.err = err
	default:
		return n, err
	}
	return 0, g.err
}
