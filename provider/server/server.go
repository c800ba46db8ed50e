package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/sirupsen/logrus"

	"github.com/lizsync/lizsync/provider"
)

// Options say how to serve.
type Options struct {
	Registry *provider.Registry
	Version  string // of the program
	Token    string // every client needs it
	Listener net.Listener
	// Certificate makes it HTTPS, for the names in it; nil is plain HTTP, for loopback alone.
	Certificate *tls.Certificate
	Limits      Limits
	Log         logrus.FieldLogger
}

// Server serves the algorithms of a registry.
type Server struct {
	options Options
	store   *store
	echo    *echo.Echo
	leaf    *x509.Certificate // of Options.Certificate
	ctx     context.Context
	stop    context.CancelFunc
}

// ending bounds the end of a server: its jobs are cancelled, and their statements have to stop.
const ending = 20 * time.Second

// New makes a server that listens already and answers as soon as [Server.Run] is called.
func New(options Options) (*Server, error) {
	s := &Server{options: options}
	if c := options.Certificate; c != nil {
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			return nil, fmt.Errorf("read the certificate: %w", err)
		}
		s.leaf = leaf
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.store = newStore(s.ctx, options.Limits, options.Log)
	s.echo = s.routes()
	return s, nil
}

// URL is where the server is reached.
func (s *Server) URL() string {
	scheme := "http"
	if s.leaf != nil {
		scheme = "https"
	}
	return scheme + "://" + s.options.Listener.Addr().String()
}

// Run serves until ctx ends; then it takes nothing new, cancels the jobs, and returns when these have ended.
func (s *Server) Run(ctx context.Context) error {
	defer s.stop()
	listener := s.options.Listener
	if c := s.options.Certificate; c != nil {
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{*c}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		})
	}
	web := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       s.options.Limits.Write,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          stdlog.New(complaints{s.options.Log}, "", 0),
	}
	failure := make(chan error, 1)
	go func() { failure <- web.Serve(listener) }()
	select {
	case err := <-failure:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	// The jobs first: those who wait for them get their answer.
	err := s.store.close(ctx)
	return errors.Join(err, web.Shutdown(ctx))
}

// complaints is what net/http has to say, about clients that do not speak TLS for instance.
type complaints struct{ log logrus.FieldLogger }

func (c complaints) Write(text []byte) (int, error) {
	c.log.Debug(strings.TrimSpace(string(text)))
	return len(text), nil
}

func (s *Server) routes() *echo.Echo {
	e := echo.New()
	e.HTTPErrorHandler = answerError
	e.Logger.SetOutput(complaints{s.options.Log})
	e.Use(s.logged, middleware.RecoverWithConfig(middleware.RecoverConfig{
		LogErrorFunc: func(_ echo.Context, err error, stack []byte) error {
			s.options.Log.WithField("stack", string(stack)).Error("a handler stopped on a defect: " + err.Error())
			return refuse(http.StatusInternalServerError, byStatus, "a defect of the program: please report it with the log")
		},
	}), s.guarded, s.bounded)

	e.GET("/", s.landing)
	e.GET("/conformance", s.conformance)
	e.GET("/api", s.api)
	e.GET("/processes", s.processes)
	e.GET("/processes/:process", s.process)
	e.POST("/processes/:process/execution", s.execute)
	e.GET("/jobs", s.jobs)
	e.GET("/jobs/:job", s.job)
	e.DELETE("/jobs/:job", s.dismiss)
	e.GET("/jobs/:job/results", s.results)
	e.GET("/jobs/:job/events", s.events)
	return e
}

// bounded refuses bodies over the limit, and gives up on clients that do not read what they asked for. Handlers that wait
// for something renew the time.
func (s *Server) bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		request.Body = http.MaxBytesReader(c.Response(), request.Body, s.options.Limits.Body)
		s.patience(c)
		return next(c)
	}
}

// patience gives the client the time to read what is written next.
func (s *Server) patience(c echo.Context) {
	deadline := time.Now().Add(s.options.Limits.Write)
	if err := http.NewResponseController(c.Response()).SetWriteDeadline(deadline); err != nil {
		s.options.Log.Debug("set a write deadline: ", err) // the connection is gone
	}
}
