// Package fileimport turns files of other systems into accepted records. A mapping
// says which column is which field; the rules of acceptance are those of the door,
// the same as over HTTP.
//
// It promises that every row either becomes records or is refused with its line and
// its reason; that equal rows are all kept; that importing the same file again makes
// the same ids; that an encoding is detected only where it is certain and always
// said; that memory does not grow with the size of a row, and with the number of rows
// only by one hash each where ids are derived. It never repeats the content of a
// refused row, and never guesses: not a scale, not a time, not a byte.
package fileimport
