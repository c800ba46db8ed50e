package project

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// document is an XML file whose values can be replaced one by one; every other byte stays as it is. Libraries that write a
// document anew choose their own quotes, entities and line ends, and a person who compares two projects would see that
// instead of what was changed.
type document struct {
	content []byte
	root    *element
	edits   map[*value]string
}

// element is one of a document.
type element struct {
	name     string
	values   map[string]*value // its attributes
	text     *value            // nil unless it is all that the element contains
	children []*element
}

// value is an attribute or a text, and where it stands.
type value struct {
	text       string
	start, end int // in bytes, without the quotes
	escaper    *strings.Replacer
}

// child is the first of that name; nil when there is none.
func (e *element) child(name string) *element {
	for _, child := range e.children {
		if child.name == name {
			return child
		}
	}
	return nil
}

// childText is the text of a child; nil when there is none.
func (e *element) childText(name string) *value {
	if child := e.child(name); child != nil {
		return child.text
	}
	return nil
}

// attribute is the value of one; empty when there is none.
func (e *element) attribute(name string) string {
	if v := e.values[name]; v != nil {
		return v.text
	}
	return ""
}

// each calls a function for the element and all below it, in the order of the file.
func (e *element) each(do func(*element)) {
	do(e)
	for _, child := range e.children {
		child.each(do)
	}
}

// parse reads a document in UTF-8.
func parse(content []byte) (*document, error) {
	decoder := xml.NewDecoder(bytes.NewReader(content))
	top := &element{}
	open := []*element{top}
	for {
		start := int(decoder.InputOffset())
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		end := int(decoder.InputOffset())
		parent := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, values: map[string]*value{}}
			places := attributes(content[start:end])
			for i, attribute := range token.Attr {
				place := places[i]
				e.values[attribute.Name.Local] = &value{attribute.Value, start + place[0], start + place[1], attributeEscaper}
			}
			parent.children, parent.text = append(parent.children, e), nil
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if parent.text == nil && parent.children == nil {
				parent.text = &value{string(token), start, end, textEscaper}
			} else {
				parent.text = nil
			}
		}
	}
	if len(top.children) == 0 {
		return nil, errors.New("it is empty")
	}
	return &document{content: content, root: top.children[0], edits: map[*value]string{}}, nil
}

// attributes finds the values in a start tag, which the decoder has found to be well formed.
func attributes(tag []byte) (places [][2]int) {
	at := 0
	for {
		equals := bytes.IndexByte(tag[at:], '=')
		if equals < 0 {
			return places
		}
		start := at + equals + 1
		start += bytes.IndexAny(tag[start:], `"'`) + 1
		end := start + bytes.IndexByte(tag[start:], tag[start-1])
		places = append(places, [2]int{start, end})
		at = end + 1
	}
}

func (d *document) replace(v *value, text string) {
	if text != v.text {
		d.edits[v] = text
	}
}

// replaced is a value as it is now.
func (d *document) replaced(v *value) string {
	if text, ok := d.edits[v]; ok {
		return text
	}
	return v.text
}

// bytes is the document with what was replaced.
func (d *document) bytes() []byte {
	places := make([]*value, 0, len(d.edits))
	for v := range d.edits {
		places = append(places, v)
	}
	slices.SortFunc(places, func(a, b *value) int { return cmp.Compare(a.start, b.start) })
	var made bytes.Buffer
	at := 0
	for _, v := range places {
		made.Write(d.content[at:v.start])
		made.WriteString(v.escaper.Replace(d.edits[v]))
		at = v.end
	}
	made.Write(d.content[at:])
	return made.Bytes()
}

// As QGIS writes them.
var (
	textEscaper      = strings.NewReplacer("&", "&amp;", "<", "&lt;", "]]>", "]]&gt;", "\r", "&#xd;")
	attributeEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\n", "&#xa;", "\r", "&#xd;", "\t", "&#x9;")
)

// line is the number of the one in which a byte stands.
func line(content []byte, at int) int { return bytes.Count(content[:at], []byte("\n")) + 1 }

// readError is that of a file that is no project.
func readError(path string, err error) error {
	return fmt.Errorf("read the project %s: %w", path, err)
}
