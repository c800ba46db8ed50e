package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/sirupsen/logrus"
)

// open are the pages that need no token: what a client has to read before it can have one.
var open = map[string]bool{"/": true, "/conformance": true, "/api": true}

// guarded lets in who has the token and comes from nowhere else. A web page that the person has open may send requests to
// this machine too, with its own origin, or under a name that it has pointed here.
func (s *Server) guarded(next echo.HandlerFunc) echo.HandlerFunc {
	token := sha256.Sum256([]byte(s.options.Token))
	return func(c echo.Context) error {
		request := c.Request()
		if !s.ours(request.Host) {
			return refuse(http.StatusMisdirectedRequest, byStatus, "this server is not called %q", request.Host)
		}
		if origin := request.Header.Get(echo.HeaderOrigin); origin != "" && origin != s.base(c) {
			return refuse(http.StatusForbidden, byStatus, "pages of %q may not use this server", origin)
		}
		if open[request.URL.Path] {
			return next(c)
		}
		scheme, given, _ := strings.Cut(request.Header.Get(echo.HeaderAuthorization), " ")
		digest := sha256.Sum256([]byte(strings.TrimSpace(given)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(digest[:], token[:]) != 1 {
			c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="lizsync"`)
			return refuse(http.StatusUnauthorized, byStatus, "the header Authorization: Bearer TOKEN is missing or wrong")
		}
		return next(c)
	}
}

// ours tells whether a Host header names this server: the address that it listens on, with TLS the names in its certificate.
func (s *Server) ours(host string) bool {
	address := s.options.Listener.Addr().(*net.TCPAddr)
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, map[bool]string{true: "443", false: "80"}[s.leaf != nil]
	}
	if _, own, _ := net.SplitHostPort(address.String()); port != own {
		return false
	}
	if s.leaf != nil && s.leaf.VerifyHostname(strings.Trim(name, "[]")) == nil {
		return true
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" && address.IP.IsLoopback() || ip != nil && ip.Equal(address.IP)
}

// base is the address of this server as the client calls it. The links begin with it.
func (s *Server) base(c echo.Context) string {
	scheme := "http"
	if s.leaf != nil {
		scheme = "https"
	}
	return scheme + "://" + c.Request().Host
}

// logged writes one line for each request: no query, no header, no body.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start, id := time.Now(), rand.Text()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		if err := next(c); err != nil {
			c.Error(err)
		}
		s.options.Log.WithFields(logrus.Fields{
			"request": id, "method": c.Request().Method, "path": c.Request().URL.Path,
			"status": c.Response().Status, "bytes": c.Response().Size, "duration": time.Since(start).String(),
		}).Info("request")
		return nil
	}
}
