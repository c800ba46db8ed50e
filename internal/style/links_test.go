package style_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	fenced    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading   = regexp.MustCompile(`(?m)^#+ (.+)$`)
	markup    = regexp.MustCompile("`|\\*|\\[([^]]*)]\\([^)]*\\)")
	noSlug    = regexp.MustCompile(`[^\w\s-]`)
	gap       = regexp.MustCompile(`[-\s]+`)
	pageLink  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	remoteURL = regexp.MustCompile(`^[a-z]+:`)
)

// anchors are the ids that MkDocs gives the headings of a page, as GitHub does but for a few signs.
func anchors(content string) map[string]bool {
	found := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(content, ""), -1) {
		title := noSlug.ReplaceAllString(markup.ReplaceAllString(h[1], "$1"), "")
		found[gap.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "-")] = true
	}
	return found
}

// brokenLinks lists the links of pages to files that are not there and to headings that are not in them. MkDocs 1.4 does
// not look for the headings.
func brokenLinks(in fs.FS, pages map[string]string) (broken []string) {
	for name, content := range pages {
		for _, link := range pageLink.FindAllStringSubmatch(fenced.ReplaceAllString(content, ""), -1) {
			if remoteURL.MatchString(link[1]) {
				continue
			}
			file, anchor, _ := strings.Cut(link[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			text, err := fs.ReadFile(in, target)
			if err != nil || anchor != "" && !anchors(string(text))[anchor] {
				broken = append(broken, name+": "+link[1])
			}
		}
	}
	return broken
}

func TestLinksBetweenPagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages := files(t, root, ".md", ".")
	require.Contains(t, pages, "docs/index.md")
	assert.Empty(t, brokenLinks(root, pages))
}

func TestBrokenLinksAreFound(t *testing.T) {
	t.Parallel()
	const page = "# One `two`: three, [four](b.md)\n```\n# five\n[x](nowhere.md)\n```\n"
	assert.Equal(t, map[string]bool{"one-two-three-four": true}, anchors(page))
	require.Empty(t, brokenLinks(root, map[string]string{"docs/a.md": "[a](index.md#lizsync) [b](../README.md) [c](https://example.org/x)"}))
	for _, link := range []string{"nowhere.md", "index.md#nowhere", "#nowhere", "../nowhere"} {
		assert.Equal(t, []string{"docs/index.md: " + link}, brokenLinks(root, map[string]string{"docs/index.md": "[a](" + link + ")"}), link)
	}
}
