// Package ask asks the API of an account what its documentation leaves open (Doctor), and
// what there is to count (Discover).
//
// Requests are made one at a time, within the account's rate limit, and never more than
// a fixed number of them, retries included. All of them only read. What is known when
// the context ends, or when no more may be asked, is returned.
//
// No text that is returned holds a secret of the account, even if the API echoes one.
package ask
