package ask

import (
	"context"
	"fmt"
)

// maxGallop is the highest page that is asked for. The exporter counts 20 000 pages.
const maxGallop = 1 << 15

// ending is where a list ends, and what comes after it.
type ending struct {
	last  int // the last page with contacts of its own; 0: the list is empty
	after beyond
	page  int // that was asked for past the end
}

// beyond is what the API answers to a page past the end. The zero value is a page with
// contacts of its own.
type beyond struct {
	empty   bool
	repeats int   // the page whose contacts it repeats
	err     error // refused
}

func (b beyond) is() bool { return b.empty || b.repeats > 0 || b.err != nil }

// String says what the page is, after "page 7".
func (b beyond) String() string {
	switch {
	case b.empty:
		return "is empty"
	case b.repeats > 0:
		return fmt.Sprintf("repeats page %d", b.repeats)
	case b.err != nil:
		return fmt.Sprintf("is an error: %v", b.err)
	default:
		return "has contacts"
	}
}

// look returns whether page n is past the end, and what it is.
func (l *list) look(ctx context.Context, n int) (beyond, error) {
	page, err := l.page(ctx, n)
	switch {
	case l.inquiry.asker.refused(err) && n > 1:
		return beyond{err: err}, nil
	case err != nil:
		return beyond{}, err
	}
	copied := l.copied(n)
	if copied > 0 { // contacts may have moved from one page to the other
		if _, err := l.again(ctx, copied); err != nil {
			return beyond{}, err
		}
		copied = l.copied(n)
	}
	return beyond{empty: page.Records == 0, repeats: copied}, nil
}

// findEnd finds the last page, by galloping and bisecting as counts do.
func (l *list) findEnd(ctx context.Context) (*ending, error) {
	first, err := l.look(ctx, 1)
	if err != nil {
		return nil, err
	}
	if first.is() {
		return &ending{after: first, page: 1}, nil
	}
	low := 1
	for high := 2; high <= maxGallop; high *= 2 {
		after, err := l.look(ctx, high)
		switch {
		case err != nil:
			return nil, err
		case after.repeats > 0:
			return l.firstCopy(ctx, low/2, low, ending{after: after, page: high})
		case after.is():
			return l.bisect(ctx, low, ending{after: after, page: high})
		}
		low = high
	}
	return &ending{last: maxGallop}, nil
}

// bisect finds the last page between low, which has contacts, and the end, which is past
// it.
func (l *list) bisect(ctx context.Context, low int, end ending) (*ending, error) {
	for end.page-low > 1 {
		middle := low + (end.page-low)/2
		after, err := l.look(ctx, middle)
		switch {
		case err != nil:
			return nil, err
		case after.is():
			end.after, end.page = after, middle
		default:
			low = middle
		}
	}
	end.last = low
	return &end, nil
}

// firstCopy finds the first of the pages that all have the contacts of page high. The
// page low has others.
func (l *list) firstCopy(ctx context.Context, low, high int, end ending) (*ending, error) {
	for high-low > 1 {
		middle := low + (high-low)/2
		after, err := l.look(ctx, middle)
		if err != nil {
			return nil, err
		}
		if after.repeats > 0 {
			high = middle
		} else {
			low = middle
		}
	}
	end.last, end.after.repeats = high, high
	return &end, nil
}
