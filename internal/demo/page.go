package demo

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	width  = 96 // columns of a line, at most
	margin = "  "
)

// page writes the story: plain text, with a little colour where a terminal shows it.
type page struct {
	mutex    sync.Mutex // progress comes from other goroutines
	w        io.Writer
	terminal bool
	colour   bool
	chapters int
	passing  bool // a line of progress is on the screen
	shown    time.Time
}

// style is a Select Graphic Rendition parameter of ECMA-48.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

func (p *page) paint(s style, text string) string {
	if !p.colour || s == "" || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// line prints one line as it is.
func (p *page) line(text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wipe()
	fmt.Fprintln(p.w, strings.TrimRight(text, " "))
}

func (p *page) blank() { p.line("") }

func (p *page) title(text string) {
	p.line(p.paint(bold, text))
	p.line(p.paint(bold, strings.Repeat("═", utf8.RuneCountInString(text))))
}

func (p *page) chapter(text string) {
	p.chapters++
	p.blank()
	p.line(p.paint(bold, fmt.Sprintf("%d. %s", p.chapters, text)))
	p.blank()
}

// text prints a paragraph.
func (p *page) text(format string, arguments ...any) {
	for _, line := range wrap(fmt.Sprintf(format, arguments...), width-len(margin)) {
		p.line(margin + line)
	}
}

// item prints a paragraph beside a label; the label's style covers it alone.
func (p *page) item(label string, s style, columns int, text string) {
	pad := strings.Repeat(" ", max(columns-utf8.RuneCountInString(label), 1))
	for i, line := range wrap(text, width-len(margin)-columns) {
		if i == 0 {
			p.line(margin + p.paint(s, label) + pad + line)
			continue
		}
		p.line(margin + strings.Repeat(" ", columns) + line)
	}
}

// code prints statements or commands, indented; lines that are too long go on in the next one.
func (p *page) code(indent int, text string) {
	pad := strings.Repeat(" ", indent)
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		deeper := len(line) - len(strings.TrimLeft(line, " "))
		for i, part := range wrap(line, width-indent-deeper-4) {
			if i > 0 {
				part = "    " + part
			}
			p.line(pad + strings.Repeat(" ", deeper) + p.paint(cyan, part))
		}
	}
}

// table prints rows under a header. A cell may have several lines. The columns whose header begins with ">" are aligned
// to the right.
func (p *page) table(header []string, rows [][]string) {
	widths := make([]int, len(header))
	right := make([]bool, len(header))
	names := make([]string, len(header))
	for i, name := range header {
		names[i], right[i] = strings.CutPrefix(name, ">")
		widths[i] = utf8.RuneCountInString(names[i])
	}
	for _, row := range rows {
		for i, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], utf8.RuneCountInString(line))
			}
		}
	}
	write := func(row []string, s style) {
		cells := make([][]string, len(row))
		height := 0
		for i, cell := range row {
			cells[i] = strings.Split(cell, "\n")
			height = max(height, len(cells[i]))
		}
		for n := range height {
			var line strings.Builder
			for i := range row {
				text := ""
				if n < len(cells[i]) {
					text = cells[i][n]
				}
				pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
				if right[i] {
					text = pad + text
				} else {
					text += pad
				}
				if i > 0 {
					line.WriteString("  ")
				}
				line.WriteString(text)
			}
			p.line(margin + p.paint(s, strings.TrimRight(line.String(), " ")))
		}
	}
	write(names, bold)
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("─", w)
	}
	write(rule, dim)
	for i, row := range rows {
		tall := strings.Contains(strings.Join(row, ""), "\n")
		if i > 0 && tall {
			p.blank()
		}
		write(row, "")
	}
}

// progress shows on a terminal what is going on; the next line takes its place. Elsewhere it does nothing.
func (p *page) progress(text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.terminal || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	p.wipe()
	fmt.Fprint(p.w, margin+p.paint(dim, "… "+text))
	p.passing = true
}

// wipe takes a line of progress away.
func (p *page) wipe() {
	if p.passing {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.passing = false
	}
}

// end leaves the screen clean for what others print.
func (p *page) end() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.wipe()
}

// wrap breaks a text at its spaces into lines of so many columns; a longer word stands alone.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// thousands writes a number with commas: 21,336.
func thousands[N ~int | ~int64](n N) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
