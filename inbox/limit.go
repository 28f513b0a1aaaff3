package inbox

import "io"

const (
	maxBody  = 64 << 20  // bytes of one response body, decompressed
	maxToken = 8<<20 + 2 // bytes of one string or number in it, plus a colon and a quote
)

// limitedReader is the input of a decoder, which holds a whole token in memory. It ends
// a body that is too long, or that has too long a token, with a TooLarge error, and
// remembers the error that ended the body.
type limitedReader struct {
	reader   io.Reader
	consumed func() int64 // how many bytes the decoder has processed
	read     int64
	longest  int64 // token that the decoder had to hold
	err      error
}

// Read is called when the decoder needs more than the bytes that it holds to finish a
// token.
func (l *limitedReader) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	held := l.read - l.consumed()
	l.longest = max(l.longest, held)
	n, err := l.reader.Read(p[:min(int64(len(p)), max(1, maxToken+1-held))])
	l.read += int64(n)
	switch {
	case l.read > maxBody:
		l.err = Errorf(TooLarge, "the response is longer than %d MiB", maxBody>>20)
	case l.longest > maxToken:
		l.err = Errorf(TooLarge, "the response has a string longer than %d MiB", maxToken>>20)
	case err != nil && err != io.EOF:
		l.err = err
	default:
		return n, err
	}
	return 0, l.err
}
