package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/lizsync/lizsync/provider"
	"github.com/lizsync/lizsync/provider/docs"
	"github.com/lizsync/lizsync/provider/server"
)

// serveOptions are the flags of lizsync serve.
type serveOptions struct {
	listen, tokenFile, certificate, key, lifeline, level string
	testEcho                                             bool
}

func serveCommand(registry *provider.Registry) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the algorithms over HTTP, as OGC API – Processes",
		Long: `Serve the algorithms over HTTP, as OGC API – Processes 1.0 describes it, until it is
interrupted. When it is ready it prints one line of JSON on standard output:

  {"url": "http://127.0.0.1:41873", "token": "…", "pid": 4711, "version": "v1.0.0",
   "catalogue": "…"}

catalogue is the SHA-256 of the catalogue of its algorithms, as lizsync docs --catalogue writes
it: a client that knows another catalogue knows other algorithms.

Every client sends the token as Authorization: Bearer TOKEN. With --token-file the token is
read from there, and not printed. The log goes to standard error, one JSON object a line; with
--log-level debug it has each SQL statement too, with the time that it took and without any
value.

It listens on this machine alone, on a free port, unless told otherwise; on another address
only with --tls-cert and --tls-key.

Exit code: 0 when it was told to end, 1 when it could not serve, 2 wrong usage.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			catalogue, err := docs.Catalogue(registry)
			if err != nil {
				return err
			}
			if o.testEcho {
				if registry, err = provider.NewRegistry(append(registry.All(), server.Echo())...); err != nil {
					return err
				}
			}
			return serve(cmd.Context(), registry, docs.Digest(catalogue), o, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "listen on this `address`; port 0 is a free one")
	flags.StringVar(&o.tokenFile, "token-file", "", "read the token from a `file` that nobody else may read; a new one each time without it")
	flags.StringVar(&o.certificate, "tls-cert", "", "serve HTTPS with the certificate in a `file`")
	flags.StringVar(&o.key, "tls-key", "", "the `file` with the key of the certificate")
	flags.StringVar(&o.lifeline, "lifeline", "", "stdin: cancel the jobs and end when standard input is closed")
	flags.StringVar(&o.level, "log-level", "info", "debug, info, warning or error")
	flags.BoolVar(&o.testEcho, "test-echo", false, "serve the process echo too, to test clients with")
	return cmd
}

func serve(ctx context.Context, registry *provider.Registry, catalogue string, o serveOptions, in io.Reader, out, complaints io.Writer) error {
	level, err := logLevel(o.level)
	if err != nil {
		return err
	}
	if o.lifeline != "" && o.lifeline != "stdin" {
		return &usageError{fmt.Errorf("there is no lifeline %q", o.lifeline), "--lifeline stdin, or none"}
	}
	log := &logrus.Logger{Out: complaints, Formatter: &logrus.JSONFormatter{}, Hooks: logrus.LevelHooks{}, Level: level}
	token, err := readToken(o.tokenFile)
	if err != nil {
		return err
	}
	certificate, err := readCertificate(o.certificate, o.key)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return &provider.Failure{
			Text: fmt.Sprintf("cannot listen on %s: %v", o.listen, err),
			Hint: "give --listen an address of this machine and a free port, such as 127.0.0.1:8790", Err: err,
		}
	}
	defer listener.Close()
	if !listener.Addr().(*net.TCPAddr).IP.IsLoopback() && certificate == nil {
		return &usageError{
			fmt.Errorf("without TLS the token and the connections to the databases could be read on the way to %s", o.listen),
			"give --tls-cert and --tls-key, or listen on 127.0.0.1",
		}
	}
	s, err := server.New(server.Options{
		Registry: registry, Version: provider.Version(), Token: token, Listener: listener, Certificate: certificate,
		Limits: server.DefaultLimits(), Log: log,
	})
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	if o.lifeline != "" {
		go func() {
			_, _ = io.Copy(io.Discard, in)
			log.Info("the lifeline is cut")
			end()
		}()
	}
	ready := struct {
		URL       string `json:"url"`
		Token     string `json:"token,omitempty"`
		PID       int    `json:"pid"`
		Version   string `json:"version"`
		Catalogue string `json:"catalogue"`
	}{URL: s.URL(), PID: os.Getpid(), Version: provider.Version(), Catalogue: catalogue}
	if o.tokenFile == "" {
		ready.Token = token
	}
	if err := json.NewEncoder(out).Encode(ready); err != nil {
		return fmt.Errorf("say where the server is: %w", err)
	}
	return s.Run(ctx)
}

func logLevel(name string) (logrus.Level, error) {
	level, err := logrus.ParseLevel(name)
	if err != nil {
		return 0, &usageError{fmt.Errorf("there is no log level %q", name), "debug, info, warning or error"}
	}
	return level, nil
}

// readToken reads the token from its file, or makes one.
func readToken(file string) (string, error) {
	if file == "" {
		return rand.Text(), nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	const others fs.FileMode = 0o077
	if runtime.GOOS != "windows" && info.Mode()&others != 0 {
		return "", &provider.Failure{Text: fmt.Sprintf("others may read the token in %s", file), Hint: "chmod 600 " + file}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	const shortest = 16
	if len(token) < shortest || strings.ContainsAny(token, " \t\r\n") {
		return "", &provider.Failure{
			Text: fmt.Sprintf("the token in %s is not one word of at least %d characters", file, shortest),
			Hint: "make one with: openssl rand -hex 32 > " + file,
		}
	}
	return token, nil
}

func readCertificate(file, key string) (*tls.Certificate, error) {
	if file == "" && key == "" {
		return nil, nil
	}
	if file == "" || key == "" {
		return nil, &usageError{fmt.Errorf("--tls-cert and --tls-key go together"), "give both, or none"}
	}
	certificate, err := tls.LoadX509KeyPair(file, key)
	if err != nil {
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return &certificate, nil
}
