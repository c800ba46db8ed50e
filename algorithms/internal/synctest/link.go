package synctest

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Link is a way to a server that can be made bad.
type Link struct{ proxy *toxiproxy.Proxy }

// NewLink makes a good one to the server of a database, or of another URL.
func NewLink(t testing.TB, database string) *Link {
	t.Helper()
	return NewLinkAt(t, "127.0.0.1:0", database)
}

// NewLinkAt makes one that listens at an address.
func NewLinkAt(t testing.TB, address, server string) *Link {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	zerolog.SetGlobalLevel(zerolog.Disabled)
	toxi := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	l := &Link{toxiproxy.NewProxy(toxi, t.Name(), address, u.Host)}
	if err := l.proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.proxy.Stop)
	return l
}

// Address is where it listens.
func (l *Link) Address() string { return l.proxy.Listen }

// URL is that of a database behind it.
func (l *Link) URL(t testing.TB, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Address()
	return u.String()
}

// Spoil adds one of toxiproxy's toxics, with its attributes in JSON, in one direction: upstream is towards the server.
func (l *Link) Spoil(t testing.TB, toxic, direction, attributes string) {
	t.Helper()
	_, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(`{"type": %q, "stream": %q, "attributes": {%s}}`, toxic, direction, attributes)))
	if err != nil {
		t.Fatal(err)
	}
}

// Mend makes it good again. What hung is cut.
func (l *Link) Mend(t testing.TB) { l.proxy.Toxics.ResetToxics(t.Context()) }
