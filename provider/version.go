package provider

import "runtime/debug"

// Version is that of this program: of its tag or its commit, as the Go toolchain knows it.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
